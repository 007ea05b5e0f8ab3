"""Every kind and format that a recipe may name has a small dataset for the suites over all."""

from pathlib import PurePosixPath
from typing import Any, get_args

import pytest
from helpers import failures, run
from seeds import SEEDS

from augcli.image.formats import IMAGE_EXTENSIONS
from augcli.kind import load_kind
from augcli.recipe.reader import KINDS
from augcli.tabular.config import SUFFIXES
from augcli.text.formats.open import OBJECTS, PARQUET, TABLES
from augcli.timeseries.formats import EXTENSIONS

TAKEN = {
    "image": IMAGE_EXTENSIONS,
    "tabular": SUFFIXES,
    "text": (*TABLES, *OBJECTS, *PARQUET),
    "timeseries": EXTENSIONS,
}
"""The endings of names that each kind takes."""


def words_of(annotation: Any) -> set[str]:
    """Return the words that a field may be."""
    if isinstance(annotation, str):
        return {annotation}
    return {word for each in get_args(annotation) for word in words_of(each)}


def endings(kind: str) -> set[str]:
    seeds = [seed for seed in SEEDS.values() if seed.kind == kind]
    return {PurePosixPath(name).suffix for seed in seeds for name in seed.files}


@pytest.mark.parametrize("kind", KINDS)
def test_every_ending_has_a_seed(kind: str) -> None:
    assert set(TAKEN[kind]) <= endings(kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["format", "layout"])
def test_every_format_has_a_seed(kind: str, key: str) -> None:
    field = load_kind(kind).dataset_settings.model_fields.get(key)
    told = {seed.dataset.get(key) for seed in SEEDS.values() if seed.kind == kind}
    found_out = {ending.removeprefix(".") for ending in endings(kind)}
    offered = words_of(field.annotation) if field else set()
    default = {field.default} if field else set()
    assert offered <= told | found_out | default


@pytest.mark.parametrize("name", ["text lines", "timeseries wide", "tabular parquet", "image mpo"])
def test_a_format_without_a_seed_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = SEEDS[name].kind
    monkeypatch.delitem(SEEDS, name)
    with pytest.raises(AssertionError):
        check_all(kind)


def check_all(kind: str) -> None:
    test_every_ending_has_a_seed(kind)
    for key in ("format", "layout"):
        test_every_format_has_a_seed(kind, key)


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_sound(name: str, tmp_path: Any) -> None:
    seed = SEEDS[name]
    summary = run(seed.written(tmp_path / "in"), tmp_path / "out", **seed.recipe)
    assert (summary.exit_code, failures(tmp_path / "out")) == (0, {})
    assert {count.split for count in summary.counts} == {"train", "test"}
    assert summary.made > len(seed.files) - 1

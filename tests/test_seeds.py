"""Every kind and format that is registered has a small dataset for the suites over all."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import pytest
from helpers import failures, run
from seeds import SEEDS

from augcli.dataset.formats import Format
from augcli.kind import load_kind
from augcli.recipe.reader import KINDS


def of_kind(kind: str) -> list[Any]:
    return [seed for seed in SEEDS.values() if seed.kind == kind]


def endings(kind: str) -> set[str]:
    return {PurePosixPath(name).suffix for seed in of_kind(kind) for name in seed.files}


def words_of(schema: Any) -> set[str]:
    """Return the words that a JSON Schema names."""
    if isinstance(schema, list):
        return {word for each in schema for word in words_of(each)}
    if not isinstance(schema, dict):
        return set()
    return {*schema.get("enum", ())} | words_of([*schema.values()])


def without_seed(kind: str, formats: Mapping[str, Format]) -> Iterator[str]:
    """Yield what no seed of a kind has: formats, and the ends of their files' names."""
    told = {seed.dataset.get("format") for seed in of_kind(kind)}
    for name, form in formats.items():
        if not form.extensions and name not in told:
            yield name
        yield from {*form.extensions} - endings(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_has_a_seed(kind: str) -> None:
    assert load_kind(kind).formats
    assert not list(without_seed(kind, load_kind(kind).formats))


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_format_must_have_one(kind: str) -> None:
    new = {"odd": Format("odd", (".odd",)), "bare": Format("bare", ())}
    assert list(without_seed(kind, {**load_kind(kind).formats, **new})) == [".odd", "bare"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["format", "layout"])
def test_every_way_to_store_samples_has_a_seed(kind: str, key: str) -> None:
    keys = load_kind(kind).dataset_settings.model_json_schema()["properties"]
    told = {seed.dataset.get(key) for seed in of_kind(kind)}
    found_out = {ending.removeprefix(".") for ending in endings(kind)}
    default = {keys[key].get("default")} if key in keys else set()
    assert words_of(keys.get(key)) <= told | found_out | default


@pytest.mark.parametrize("name", ["text lines", "timeseries wide", "tabular parquet", "image mpo"])
def test_a_format_without_a_seed_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = SEEDS[name].kind
    monkeypatch.delitem(SEEDS, name)
    with pytest.raises(AssertionError):
        check_all(kind)


def check_all(kind: str) -> None:
    test_every_format_has_a_seed(kind)
    for key in ("format", "layout"):
        test_every_way_to_store_samples_has_a_seed(kind, key)


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_sound(name: str, tmp_path: Any) -> None:
    seed = SEEDS[name]
    summary = run(seed.written(tmp_path / "in"), tmp_path / "out", **seed.recipe)
    assert (summary.exit_code, failures(tmp_path / "out")) == (0, {})
    assert {count.split for count in summary.counts} == {"train", "test"}
    assert summary.made > len(seed.files) - 1

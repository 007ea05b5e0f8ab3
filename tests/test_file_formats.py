"""A format is declared once, and all that must know of it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import manifest, run, write

from augcli.dataset import formats
from augcli.dataset.formats import Format, format_at, formats_of, register_format
from augcli.errors import RecipeError, UsageError
from augcli.image.formats import ImageFormat
from augcli.kind import load_kind
from augcli.recipe.reader import KINDS
from augcli.tabular.reading.readers import TableFormat
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import RowFormat, TextFormat
from augcli.text.formats.lines import LinesFile
from augcli.timeseries.formats.base import SeriesFormat

BASES: dict[str, type[Format]] = {
    "image": ImageFormat,
    "tabular": TableFormat,
    "text": TextFormat,
    "timeseries": SeriesFormat,
}


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget afterwards what is registered."""
    with monkeypatch.context() as patch:
        for name in ("FORMATS", "_BY_EXTENSION"):
            patch.setattr(formats, name, dict(getattr(formats, name)))
        yield
    TextDatasetSettings.model_rebuild(force=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_offers_what_is_registered(kind: str) -> None:
    found = load_kind(kind).formats
    assert found == formats_of(BASES[kind])
    for form in found.values():
        assert all(format_at(BASES[kind], f"a/B.c{end.upper()}") is form for end in form.extensions)
    assert format_at(BASES[kind], "a.unheard-of") is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("fresh")
def test_a_name_or_an_end_that_is_taken_is_refused(kind: str) -> None:
    known = next(form for form in load_kind(kind).formats.values() if form.extensions)
    with pytest.raises(ValueError, match="registered twice"):
        register_format(known)
    other = type("Other", (Format,), {"kind": kind})
    with pytest.raises(ValueError, match="registered twice"):
        register_format(other("other", known.extensions[:1]))
    assert "other" not in {name for _, name in formats.FORMATS}


@pytest.mark.usefixtures("fresh")
def test_files_of_a_new_format_are_taken_and_opened(tmp_path: Path) -> None:
    def opened(source: Any, told: Any, _: Any) -> LinesFile:
        return LinesFile(source, told)

    verse = RowFormat("verse", (".verse",), frozenset(), opened)
    with pytest.raises(UsageError, match="'verse' is not augment's own"):
        register_format(verse)
    opened.__module__ = "augcli.text.formats.verse"
    register_format(verse)
    TextDatasetSettings.model_rebuild(force=True)
    lines = "".join(f"one word follows another number {number}\n" for number in range(4))
    write(tmp_path / "in/train.verse", lines)
    told: dict[str, Any] = {"dataset": {"kind": "text"}, "copies": 1, "steps": ["random_swap"]}
    assert run(tmp_path / "in", tmp_path / "out", **told).exit_code == 0
    (record,) = manifest(tmp_path / "out")
    assert (record["output"], record["synthetic"]) == ("train.verse", 4)
    with pytest.raises(RecipeError, match="`label` means nothing for verse"):
        run(
            tmp_path / "in",
            tmp_path / "other",
            **(told | {"dataset": {"kind": "text", "label": 1}}),
        )

"""Recipes, settings, journals and manifests that anybody may have mangled: errors, and no bugs."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz import CASES, TARGETS
from helpers import make_photos, run
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from augcli.errors import RecipeError, StorageError
from augcli.recipe import load_recipe
from augcli.records.journal import parsed, salvaged
from augcli.store.manifest import read_manifest

_RECIPES = Path(__file__).parents[2] / "recipes"
RECIPES = [path.read_text() for path in sorted(_RECIPES.glob("*.yaml"))]
SNIPPETS = [
    *(
        "{",
        "}",
        "[",
        "]",
        ": ",
        "- ",
        "\n",
        "  ",
        "'",
        '"',
        "|",
        ">",
        "#",
        "!t ",
        "&a ",
        "*a",
        "\t",
    ),
    *("null", "~", "true", "1e999", "-0", ".nan", "0x7f", "9" * 30, "\0", "\ud800", "\u2028", "é"),
    *("p: ", "steps", "one_of", "choice", "normal", "version: 2", "kind: text", "<<: ", "---\n"),
]
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(SNIPPETS)),
    min_size=1,
    max_size=6,
)
FEW = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
SAME_FILES = settings(FEW, suppress_health_check=list(HealthCheck))


def edited(text: str, edits: list[tuple[float, int, str]]) -> str:
    for share, gone, new in edits:
        place = int(share * len(text))
        text = text[:place] + new + text[place + gone :]
    return text


def load(text: str, overrides: tuple[str, ...] = ()) -> None:
    """Load a recipe; what is wrong with it has a place."""
    try:
        load_recipe(text, "r.yaml", Path(), overrides)
    except RecipeError as error:
        assert error.problems


@FEW
@given(st.sampled_from(RECIPES), EDITS)
@example(RECIPES[0], [(0.0, 10**9, "")])
@example(RECIPES[0], [(0.5, 0, "[" * 5000)])
def test_a_mangled_recipe_is_told(text: str, edits: list[tuple[float, int, str]]) -> None:
    load(edited(text, edits))


@FEW
@given(
    st.sampled_from(["steps.1", "steps.0.p", "dataset.path", "balance", "output", "x", ""]),
    st.text(max_size=8),
    st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=30)),
)
@example("." * 3000, "", "1")
@example("steps.99999999999999999999", "", "1")
def test_a_mangled_setting_is_told(key: str, more: str, value: str) -> None:
    load(RECIPES[0], (f"{key}{more}={value}",))


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz")
    run(make_photos(folder / "in", {"train/cat": 2, "val/cat": 1}), folder / "out")
    return folder / "out"


@SAME_FILES
@given(st.data())
def test_a_mangled_journal_is_believed_in_part_or_not(output: Path, data: st.DataObject) -> None:
    text = (output / ".augment/journal.jsonl").read_text()
    for line in edited(text, data.draw(EDITS)).encode("utf-8", "surrogatepass").splitlines():
        record = parsed(line) or salvaged(line)
        assert record is None or all(
            isinstance(each["record"]["output"], str) for each in record["outputs"]
        )


@SAME_FILES
@given(st.data())
def test_a_mangled_manifest_is_read_or_named(output: Path, data: st.DataObject) -> None:
    text = (output / "manifest.jsonl").read_text()
    path = output / "mangled.jsonl"
    path.write_bytes(edited(text, data.draw(EDITS)).encode("utf-8", "surrogatepass"))
    try:
        records = list(read_manifest(path))
    except StorageError as error:
        assert "mangled.jsonl:" in str(error)
        return
    assert all(isinstance(record.output, str) for record in records)


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda path: path.name)
def test_cases_of_the_fuzzer(case: Path) -> None:
    TARGETS[case.name.partition("-")[0]](case.read_bytes())

"""Coverage-guided fuzzing of what reads recipes and records: `make fuzz`.

Any exception that is no error for a person ends it; libFuzzer leaves the input among the `cases`,
some to begin with are there already, and `test_fuzz.py` reads them ever after.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

CASES = Path(__file__).with_name("cases")
RECIPES = Path(__file__).parents[2] / "recipes"


def recipe(data: bytes) -> None:
    """Load a recipe."""
    from augcli.errors import RecipeError
    from augcli.recipe import load_recipe

    with suppress(RecipeError):
        load_recipe(data.decode("utf-8", "replace"), "recipe.yaml", Path())


def record(data: bytes) -> None:
    """Read a line of a journal, a manifest and failures.jsonl."""
    from augcli.records.journal import parsed, salvaged

    _ = parsed(data) or salvaged(data)


TARGETS: dict[str, Callable[[bytes], None]] = {"recipe": recipe, "record": record}


def main(name: str, arguments: list[str]) -> None:
    """Fuzz one target; the arguments are libFuzzer's."""
    import atheris  # type: ignore[import-not-found, unused-ignore]

    with atheris.instrument_imports(
        include=["augcli.recipe", "augcli.records.journal", "augcli.ranges"]
    ):
        import augcli.recipe
        import augcli.records.journal  # noqa: F401
    prefix = f"-artifact_prefix={CASES}/{name}-"
    grown = mkdtemp(prefix="fuzz-")  # libFuzzer adds to the first folder and reads the others
    atheris.Setup([sys.argv[0], prefix, *arguments, grown, str(CASES), str(RECIPES)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

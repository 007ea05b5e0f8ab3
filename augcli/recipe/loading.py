"""Recipe text → `Recipe`: every error located and all of them at once.

`load_recipe` reads the text into plain data with places, lets command-line options change it,
picks the settings and transforms of its kind of dataset, and checks every part.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from augcli.addresses import address_of, shown
from augcli.errors import Problem, RecipeError
from augcli.foreign import aside
from augcli.recipe.contradictions import contradictions
from augcli.recipe.document import Document, Place
from augcli.recipe.model import Origin, Recipe
from augcli.recipe.overrides import override, put
from augcli.recipe.reader import Reader
from augcli.recipe.yaml_text import MAX_BYTES, decode, parse


def read_recipe(path: str, **options: Any) -> Recipe:
    """Return the recipe in a file, `-` for stdin; options are those of `load_recipe`."""
    file, folder = ("<stdin>", Path()) if path == "-" else (path, Path(path).parent)
    try:
        data = _read(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecipeError([Place(file).problem(f"cannot be read: {reason}")]) from error
    text, problems = decode(data, file)
    if problems:
        raise RecipeError(problems)
    return load_recipe(text, file, folder, **options)


def load_recipe(  # noqa: PLR0913 – one argument per option of the command line
    text: str,
    file: str,
    folder: Path,
    overrides: Sequence[str] = (),
    *,
    input_path: Path | None = None,
    output_path: Path | None = None,
    seed: int | None = None,
    max_failures: str | None = None,
) -> Recipe:
    """Return the recipe in a text; RecipeError carries everything that is wrong with it.

    `file` is its name in messages, `folder` is what its relative paths start from. Paths given
    here instead are relative to the working directory.
    """
    document = parse(text, file)
    _refuse_other_than_mapping(document)
    for setting in overrides:
        override(document, setting)
        document.options.append(f"--set {setting}")
    _set(document, "dataset.path", "-i", _placed(input_path))
    _set(document, "output.path", "-o", _placed(output_path))
    _set(document, "seed", "--seed", seed)
    _set(document, "max_failures", "--max-failures", _parsed(max_failures))
    return _checked(document, folder.absolute())


def _parsed(text: str | None) -> Any:
    """Return what an option's text is in a recipe; the text itself where it is nothing there."""
    data = parse(text, "").data if text else None
    return text if data is None else data


def _placed(path: Path | None) -> str | None:
    """Return an option's path as it is put into a recipe, whatever folder that is in."""
    if path is None:
        return None
    return shown(path) if address_of(path) else str(path.absolute())


def _set(document: Document, key: str, option: str, value: Any) -> None:
    if value is not None:
        put(document, key.split("."), Document(option, value), Place(option))
        document.options.append(f"{option} {value}")


def _refuse_other_than_mapping(document: Document) -> None:
    if isinstance(document.data, dict):
        return
    if document.data is None and not document.problems:
        raise RecipeError([Place(document.file).problem("the recipe is empty")])
    if document.data is not None:
        message = "expected a mapping with `version`, `dataset` and so on"
        document.problems.append(document.place(()).problem(message))
    raise RecipeError(document.problems)


def _checked(document: Document, folder: Path) -> Recipe:
    reader = Reader(document, folder)
    with aside():
        recipe = reader.recipe(Recipe)
    if not reader.problems:
        recipe._origin = Origin(folder, document)
        reader.problems += [*_overlaps(recipe), *contradictions(recipe)]
    if reader.problems:
        raise RecipeError(set(reader.problems))
    return recipe


def _overlaps(recipe: Recipe) -> Iterator[Problem]:
    """Yield what is wrong with where the output lies: it must not become its own input."""
    source, output = recipe.places
    sources = (source, Path(os.path.realpath(source)))
    if any(map(output.is_relative_to, sources)):
        yield recipe.problem(("output", "path"), "`output.path` is inside the dataset")
    elif any(each.is_relative_to(output) for each in sources):
        yield recipe.problem(("output", "path"), "`output.path` holds the dataset")


def _read(path: str) -> bytes:
    """Return the bytes, or as many as it takes to see that they are too many."""
    if path == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(path).open("rb") as file:
        return file.read(MAX_BYTES + 1)

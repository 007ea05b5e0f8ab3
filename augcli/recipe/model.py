"""Recipe text → `Recipe`: frozen, complete, every error located and all of them at once.

`load_recipe` reads the text into plain data with places, lets command-line options change it,
picks the settings and transforms of its kind of dataset, and checks every part. Whoever finds
something wrong later, with the dataset in hand, asks the recipe for the `problem` at a path.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, InstanceOf, PlainValidator, PrivateAttr, WithJsonSchema
from pydantic_core import PydanticCustomError

from augcli.errors import Problem, RecipeError
from augcli.recipe.contradictions import contradictions
from augcli.recipe.document import Document, Ignored, KeyPath, Place
from augcli.recipe.overrides import override, put
from augcli.recipe.reader import Reader
from augcli.recipe.wording import shown
from augcli.recipe.yaml_text import MAX_BYTES, decode, parse
from augcli.settings.balance import BalanceSettings
from augcli.settings.base import DatasetSettings, OutputSettings, Settings
from augcli.settings.stages import ShortName, StageSettings
from augcli.transform import Transform, plain_step, walk

_PERCENTAGE = r"^(100|[0-9]{1,2}(\.[0-9]+)?)%$"


def _version(value: Any) -> int:
    if value != 1 or isinstance(value, bool):
        text = f"must be 1, the version that this augment reads, got {shown(value)}"
        raise PydanticCustomError("version", "{text}", {"text": text})
    return 1


def _budget(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and re.fullmatch(_PERCENTAGE, value):
        return value
    text = f"must be a whole number, or a percentage such as 5%, got {shown(value)}"
    raise PydanticCustomError("budget", "{text}", {"text": text})


_BUDGET = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": _PERCENTAGE}]}


@dataclass(frozen=True)
class Origin:
    """Where a recipe comes from; how it was written down makes no recipe different."""

    folder: Path = Path()
    document: Document = field(default_factory=lambda: Document("recipe"), compare=False)


_LISTED = WithJsonSchema({"type": "array"})


class Recipe(Settings):
    """What to augment, how much of it, by which steps, and where to."""

    version: Annotated[int, PlainValidator(_version), WithJsonSchema({"const": 1})] = Field(
        description="of the recipe's grammar and defaults"
    )
    seed: int = Field(0, ge=0, le=2**63 - 1, description="every random number hangs on it")
    dataset: Annotated[InstanceOf[DatasetSettings], WithJsonSchema({"type": "object"})] = Field(
        description="what to augment"
    )
    output: Annotated[InstanceOf[OutputSettings], WithJsonSchema({"type": "object"})] = Field(
        description="where results go, and in what form"
    )
    copies: int = Field(0, ge=0, le=100_000, description="new samples per source sample")
    balance: Annotated[
        InstanceOf[BalanceSettings] | None, WithJsonSchema({"type": ["object", "null"]})
    ] = Field(None, description="make classes equally large after copies")
    steps: Annotated[tuple[InstanceOf[Transform], ...], WithJsonSchema({"type": "array"})] = Field(
        (), description="what is done to a copy, in order"
    )
    branches: dict[ShortName, Annotated[tuple[InstanceOf[Transform], ...], _LISTED]] = Field(
        default_factory=dict,
        description="of each copy a group with one output a branch: `steps` with the same params "
        "for all of them, then the branch's own",
    )
    views: int = Field(
        1, ge=1, le=100, description="of each copy a group of so many outputs, drawn independently"
    )
    stages: tuple[StageSettings, ...] = Field(
        (), description="copies of several strengths, each stage with a number of its own"
    )
    strength: float = Field(
        1,
        ge=0,
        le=1,
        description="moves every magnitude towards what changes nothing, and scales every p",
    )
    max_failures: Annotated[int | str, PlainValidator(_budget), WithJsonSchema(_BUDGET)] = Field(
        0, description="inputs that may fail before the exit code says so: N or P%"
    )
    timeout: float = Field(
        60,
        gt=0,
        allow_inf_nan=False,
        description="seconds; a sample is given up if one output takes longer",
    )

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def input(self) -> Path:
        """Return the dataset's absolute path."""
        return self._absolute(self.dataset.path)

    @property
    def dataset_here(self) -> DatasetSettings:
        """Return the dataset's settings with absolute paths."""
        return self.dataset.below(self._origin.folder)

    @property
    def output_folder(self) -> Path:
        """Return the absolute path of the folder to write."""
        return self._absolute(self.output.path)

    def _absolute(self, path: str) -> Path:
        """Return a path without links, as far as they lead anywhere: a ring of them stays."""
        return Path(os.path.realpath(self._origin.folder / path))

    @property
    def mixes(self) -> bool:
        """Return whether new samples are made of several, chosen from the whole dataset."""
        balance = self.balance is not None and self.balance.mixes
        return balance or any(step.mixes and not step.pools for step in walk(self.all_steps))

    @property
    def pools(self) -> list[str]:
        """Return the pools that steps take partners from."""
        return sorted({step.pool for step in walk(self.all_steps) if step.mixes and step.pools})

    @property
    def all_steps(self) -> list[Transform]:
        """Return the steps, and those of branches."""
        return [*self.steps, *chain.from_iterable(self.branches.values())]

    @property
    def listed(self) -> list[tuple[KeyPath, Sequence[Transform]]]:
        """Return the lists of steps, each with its path."""
        branches = [(("branches", name), steps) for name, steps in self.branches.items()]
        return [(("steps",), self.steps), *branches]

    def written(self, path: KeyPath) -> KeyPath:
        """Return where a step is written, from its path among all steps."""
        match path:
            case ("steps", int(place), *rest):
                all_places = ((*at, i) for at, steps in self.listed for i in range(len(steps)))
                return (*list(all_places)[place], *rest)
        return path

    @property
    def copies_by_stage(self) -> list[int]:
        """Return how many copies each stage asks for; all are of one where none is told of."""
        return [stage.copies for stage in self.stages] or [self.copies]

    @property
    def group(self) -> int:
        """Return how many outputs one copy is."""
        return len(self.branches) or self.views

    def allowed_failures(self, inputs: int) -> int:
        """Return how many of so many inputs may fail."""
        if isinstance(self.max_failures, int):
            return self.max_failures
        return int(inputs * Decimal(self.max_failures.removesuffix("%")) / 100)

    def problem(
        self, path: KeyPath, message: str, severity: str = "error", code: str = "recipe"
    ) -> Problem:
        """Return a finding located at a path, such as `("output", "image", "quality")`.

        What is not written in the recipe is located at the nearest thing around it.
        """
        return self._origin.document.place(path).problem(message, severity, code)

    @property
    def ignored(self) -> Sequence[Ignored]:
        """Return which findings its comments silence."""
        return self._origin.document.ignored

    def plain(self) -> dict[str, Any]:
        """Return the recipe in recipe form as plain JSON, all defaults filled in."""
        return self.model_dump(mode="json") | {
            "dataset": self.dataset.model_dump(mode="json", by_alias=True),
            "output": self.output.model_dump(mode="json", by_alias=True),
            "balance": self.balance and self.balance.model_dump(mode="json", by_alias=True),
            "steps": [plain_step(step) for step in self.steps],
            "branches": {
                name: [plain_step(step) for step in steps] for name, steps in self.branches.items()
            },
        }


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
    _set(document, "dataset.path", "-i", input_path and str(input_path.absolute()))
    _set(document, "output.path", "-o", output_path and str(output_path.absolute()))
    _set(document, "seed", "--seed", seed)
    _set(document, "max_failures", "--max-failures", max_failures and parse(max_failures, "").data)
    return _checked(document, folder.absolute())


def _set(document: Document, key: str, option: str, value: Any) -> None:
    if value is not None:
        put(document, key.split("."), Document(option, value), Place(option))


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
    reader = Reader(document)
    recipe = reader.recipe(Recipe)
    if not reader.problems:
        recipe._origin = Origin(folder, document)
        reader.problems += [*_overlaps(recipe), *contradictions(recipe)]
    if reader.problems:
        raise RecipeError(set(reader.problems))
    return recipe


def _overlaps(recipe: Recipe) -> Iterator[Problem]:
    """Yield what is wrong with where the output lies: it must not become its own input."""
    source, output = recipe.input, recipe.output_folder
    if output.is_relative_to(source):
        yield recipe.problem(("output", "path"), "`output.path` is inside the dataset")
    elif source.is_relative_to(output):
        yield recipe.problem(("output", "path"), "`output.path` holds the dataset")


def _read(path: str) -> bytes:
    """Return the bytes, or as many as it takes to see that they are too many."""
    if path == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(path).open("rb") as file:
        return file.read(MAX_BYTES + 1)

"""What a recipe says, checked: frozen and complete.

Whoever finds something wrong later, with the dataset in hand, asks the recipe for the `problem` at
a path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace
from pydantic import Field, InstanceOf, PlainValidator, PrivateAttr, WithJsonSchema
from pydantic_core import PydanticCustomError

from augcli.addresses import address_of, stand_ins
from augcli.disk.named import place_of
from augcli.errors import Problem
from augcli.recipe.document import Document, Ignored, KeyPath
from augcli.recipe.wording import shown
from augcli.settings.balance import BalanceSettings
from augcli.settings.base import DatasetSettings, OutputSettings, Settings
from augcli.settings.stages import ShortName, StageSettings
from augcli.steps.learned import Learning
from augcli.transform import Compound, Transform, changed, plain_step, walk

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


class Origin(Struct, frozen=True):
    """Where a recipe comes from; how it was written down makes no recipe different."""

    folder: Path = Path()
    document: Document = field(default_factory=lambda: Document("recipe"))
    part: str = ""
    """Of a run, that it is for: in a store each has a folder of its own that stands in."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin) and self.folder == other.folder

    def __hash__(self) -> int:
        return hash(self.folder)


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
        InstanceOf[BalanceSettings] | None, WithJsonSchema({"type": ["object", "array", "null"]})
    ] = Field(None, description="make classes equally large after copies")
    plugins: tuple[str, ...] = Field(
        (), description="files of steps of your own, in the recipe's folder; their code is run"
    )
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
    isa: Literal["avx2"] | None = Field(
        None, description="instructions that libraries stop at, for the same bytes on unlike x86"
    )

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def input(self) -> Path:
        """Return the dataset's absolute path; of one in a store, that of its copy here."""
        return self._at(self.dataset.path, "datasets", self.places[0])

    @property
    def dataset_here(self) -> DatasetSettings:
        """Return the dataset's settings with absolute paths."""
        return self.dataset.below(self._origin.folder)

    @property
    def folder(self) -> Path:
        """Return what its relative paths start from."""
        return self._origin.folder

    @property
    def files(self) -> list[Path]:
        """Return the absolute paths of the files of steps."""
        return [self.real(each) for each in self.plugins]

    @property
    def output_folder(self) -> Path:
        """Return the absolute path of the folder to write; for a store, of one that stands in."""
        return self._at(self.output.path, stand_ins(self._origin.part), self.places[1])

    def of_part(self, name: str) -> Recipe:
        """Return the recipe for a part of a run."""
        some = self.model_copy()
        some._origin = replace(self._origin, part=name)
        return some

    def waived(self) -> Recipe:
        """Return it with leaks allowed: to look at what is there though a run is refused."""
        dataset = self.dataset.model_copy(update={"leaks": "allow"})
        return self.model_copy(update={"dataset": dataset})

    def of_steps(self, steps: tuple[Transform, ...]) -> Recipe:
        """Return the recipe with other steps, which nobody has written so."""
        some = self.model_copy(update={"steps": steps})
        document = replace(self._origin.document, text="")
        some._origin = replace(self._origin, document=document)
        return some

    @property
    def places(self) -> tuple[Path, Path]:
        """Return where the dataset and the output are, as `shown` tells addresses."""
        source, output = self.dataset.path, self.output.path
        return (
            Path(source) if address_of(source) else place_of(self._origin.folder / source),
            Path(output) if address_of(output) else self.real(output),
        )

    @staticmethod
    def _at(path: str, role: str, place: Path) -> Path:
        address = address_of(path)
        return address.kept(role) if address else place

    def beside(self, path: str) -> Path:
        """Return the absolute path of a file that a step names."""
        return self._origin.folder / path

    def real(self, path: str) -> Path:
        """Return an absolute path without links as far as they lead anywhere; a ring stays."""
        return Path(os.path.realpath(self._origin.folder / path))

    @property
    def as_written(self) -> Document:
        """Return the recipe as a person wrote it, and the options that changed it."""
        return self._origin.document

    @property
    def mixes(self) -> bool:
        """Return whether new samples are made of several, chosen from the whole dataset."""
        balance = self.balance is not None and self.balance.mixes
        return balance or any(step.mixes and not step.pools for step in walk(self.all_steps))

    @property
    def learns(self) -> bool:
        """Return whether a step is to find out something of all augmented samples."""
        steps = walk(self.all_steps)
        return any(isinstance(step, Learning) and step.model is None for step in steps)

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

    def with_each(self, change: Callable[[KeyPath, Transform], Transform]) -> Recipe:
        """Return the same with another step in the place of each that is listed."""
        lists = {path: tuple(_replaced(steps, change, path)) for path, steps in self.listed}
        branches = {name: lists["branches", name] for name in self.branches}
        return self.model_copy(update={"steps": lists["steps",], "branches": branches})

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
            "balance": self.balance and self.balance.plain(),
            "steps": [plain_step(step) for step in self.steps],
            "branches": {
                name: [plain_step(step) for step in steps] for name, steps in self.branches.items()
            },
        }


def _replaced(
    steps: Sequence[Transform],
    change: Callable[[tuple[str | int, ...], Transform], Transform],
    path: tuple[str | int, ...] = ("steps",),
) -> Iterator[Transform]:
    """Yield steps, with another in the place of each that is listed, those in controls too."""
    for index, step in enumerate(steps):
        here = (*path, index, step.name)
        if isinstance(step, Compound):
            yield changed(step, steps=tuple(_replaced(step.steps, change, (*here, "steps"))))
        else:
            yield change(here, step)

"""run.json, as it is read again: how a run ended, where its files were, and on what machine."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, InstanceOf

from augcli.addresses import address_of
from augcli.disk.inside import fits
from augcli.disk.named import place_of
from augcli.errors import StorageError
from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.settings.base import KindName
from augcli.store.merged import Merged
from augcli.store.output import OutputFolder
from augcli.store.places import at_hand
from augcli.system.machine import SETS, instruction_sets, opencv_twice, system_name, unlike
from augcli.task import Plain

_Whole = Annotated[int, Field(ge=0, lt=1 << 63)]
_Text = InstanceOf[str]
"""A string that may hold bytes of names that are no text, which pydantic's own would refuse."""


def _be_a_path(told: str) -> str:
    if "\0" in told or not fits(told):
        raise ValueError("no disk has such a name")
    return told


_Path = Annotated[_Text, AfterValidator(_be_a_path)]


class _Told(BaseModel):
    model_config = ConfigDict(strict=True, defer_build=True)


class _Counted(_Told):
    split: _Text
    label: _Text | None
    before: _Whole
    after: _Whole


class _Summary(_Told):
    files: dict[_Text, _Text]
    counts: list[_Counted]
    objects: list[_Counted] = []
    outputs: _Whole
    failures: _Whole
    seconds: Annotated[float, Field(ge=0, le=1e12)]
    notes: dict[_Text, _Whole] = {}
    listing: list[_Text] = []
    held_out: bool = True
    repeats: _Whole = 0
    shortfalls: list[_Counted] = []


class _Dataset(_Told):
    kind: KindName
    leaks: _Text = "refuse"


class _Recipe(_Told):
    dataset: _Dataset
    output: dict[str, Any] = {}
    steps: list[dict[str, Any]] = []


class _Run(_Told):
    """What run.json tells at least."""

    recipe: _Recipe
    written: _Text = ""
    finished: _Text = ""
    options: list[_Text] = []
    dataset: _Path
    summary: _Summary
    versions: dict[str, str]
    platform: dict[str, Any]


def read_run(output: OutputFolder) -> dict[str, Any]:
    """Return what run.json tells; raises StorageError if it is missing or damaged."""
    try:
        told: dict[str, Any] = json.loads(output.folder.read(output.run.name))
        _Run.model_validate(told)
    except (OSError, ValueError, RecursionError) as error:
        raise StorageError(f"{output.run} is missing or damaged; run the recipe again") from error
    return told


def recorded_dataset(output: OutputFolder, told: Plain) -> Path:
    """Return where the dataset was, as run.json tells it; of one in a store, where its copy is."""
    if address := address_of(told["dataset"]):
        return address.kept("datasets")
    return _from(output, told, told["dataset"])


def recorded_sources(output: OutputFolder, told: Plain) -> Path:
    """Return where the dataset is that run.json tells; what is in a store is fetched."""
    kind = load_kind(told["recipe"]["dataset"]["kind"])
    beside = kind.dataset_settings.lists_files
    return at_hand(told["dataset"], recorded_dataset(output, told), beside=beside)


def given_sources(sources: Path, told: Plain) -> Path:
    """Return the dataset that someone names, of which the folder is enough where it is a file."""
    file = sources / Path(told.get("dataset", "")).name
    return place_of(file if file.is_file() else sources)


def recorded_plugins(output: OutputFolder) -> dict[str, Path]:
    """Return where the files of steps were that the recipe named, by the names of the files."""
    run = read_run(output)
    told = _mapping(run["recipe"]).get("plugins")
    names = [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
    return {Path(each).name: _from(output, run, each) for each in names}


def _from(output: OutputFolder, told: Plain, path: str) -> Path:
    """Return where a recorded path leads: from the output, or from the folder of the recipe.

    The latter of an output in a store; one is taken to ask from that folder.
    """
    base = Path.cwd() if told.get("paths_from") == "recipe" else output.path.resolve()
    return place_of(base / path)


def recorded_isa(output: OutputFolder) -> str | None:
    """Return the instructions that libraries stopped at, where the recipe said some."""
    return "avx2" if _mapping(_known(output).get("recipe")).get("isa") == "avx2" else None


def unlike_here(output: OutputFolder) -> Iterator[str]:
    """Yield what was otherwise where an output was made, and so may change its bytes."""
    if not (told := _known(output)):
        return
    here = load_kind(told["recipe"]["dataset"]["kind"]).versions()
    then = _mapping(told.get("versions"))
    for name in sorted(then.keys() | here.keys()):
        before, now = then.get(name, "absent"), here.get(name, "absent")
        if before != now:
            yield f"made with {name} {before}; here it is {now}"
    for sets in _sets_of(told):
        if difference := unlike(sets, instruction_sets(here)):
            yield f"made with other instruction sets: {difference}"


def of_machine(recipe: Recipe, merged: Merged, made: int) -> Iterator[str]:
    """Yield what is to be said of the machine, and of others that an output was made on."""
    told = platform_of(recipe, made=made, outputs=merged.outputs)
    for sets in told["earlier"]:
        yield (
            f"some outputs were made with other instruction sets ({unlike(sets, told)}): "
            "their bytes may differ from what is made here; --force makes all of them again"
        )
    twice = opencv_twice(load_kind(recipe.dataset.kind).versions())
    yield from [twice] if twice else []


def platform_of(recipe: Recipe, *, made: int, outputs: int) -> dict[str, Any]:
    """Return what the outputs were made on; `earlier` has the instruction sets of other runs."""
    before = _recorded(OutputFolder(recipe.output_folder)) if made < outputs else {}
    if before and not made:
        return before
    sets = instruction_sets(load_kind(recipe.dataset.kind).versions())
    known = _sets_of({"platform": before})
    return {
        "system": system_name(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        **sets,
        "earlier": [each for each in known if unlike(each, sets)],
    }


def _recorded(output: OutputFolder) -> dict[str, Any]:
    told = _mapping(_known(output).get("platform"))
    return told | {"earlier": _earlier(told)} if told else {}


def _known(output: OutputFolder) -> dict[str, Any]:
    """Return what run.json tells; nothing where it is missing or damaged."""
    try:
        return read_run(output)
    except StorageError:
        return {}


def _sets_of(told: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the instruction sets of all runs that run.json knows of, each once."""
    last = _mapping(told.get("platform"))
    runs = [last, *_earlier(last)]
    every = [{key: str(run[key]) for key in SETS if key in run} for run in runs]
    return [sets for place, sets in enumerate(every) if sets and sets not in every[:place]]


def _earlier(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    runs = told.get("earlier")
    return list(map(_mapping, runs)) if isinstance(runs, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    """Return what was read as a mapping; an empty one where it is none."""
    return value if isinstance(value, dict) else {}

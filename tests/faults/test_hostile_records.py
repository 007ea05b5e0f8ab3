"""Records of an output that somebody has changed: each command says which is damaged."""

from __future__ import annotations

import copy
import itertools
import json
import operator
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from helpers import lines_of, run, write
from seeds import EXAMPLES, SEEDS

from augcli import load
from augcli.commands.croissant import croissant
from augcli.commands.explain import record_of
from augcli.commands.page import page
from augcli.commands.replay import replay
from augcli.commands.verify import verify
from augcli.errors import AugmentError, StorageError
from augcli.reports import run_json

KINDS = {SEEDS[name].kind: SEEDS[name] for name in EXAMPLES}

GONE = object()
ODD = (GONE, "odd", 1e308, {}, None, -1, [], [7], {"odd": 7}, float("inf"), 10**400, "x" * 300)


class Finished:
    """A finished output, and what reads its records."""

    def __init__(self, folder: Path, kind: str):
        self.folder, self.output = folder, folder / "out"
        self.seed = KINDS[kind]
        self.dataset = self.seed.written(folder / "in")
        run(self.dataset, self.output, **self.seed.recipe)
        self.names = [each["output"] for each in lines_of(self.output / "manifest.jsonl")]

    def commands(self) -> Iterator[Callable[[], object]]:
        """Yield what may only fail with an error that is no bug."""
        again = self.folder / "again"
        yield lambda: list(verify(self.output, self.dataset))
        yield lambda: page(self.output)
        yield lambda: list(replay(self.output, again, None, None))
        yield lambda: record_of(self.output / self.names[-1], None).story()
        yield lambda: croissant(self.output)
        yield lambda: load(self.output, self.dataset).to_pandas()
        yield lambda: shutil.rmtree(again, ignore_errors=True)

    def held_with(self, name: str, changes: Iterable[Any], text: Callable[[Any], str]) -> None:
        """See that all commands hold with each of the records that somebody has changed."""
        whole = (self.output / name).read_text()
        for told in changes:
            write(self.output / name, text(told))
            try:
                self.held()
            except Exception as error:
                raise AssertionError(json.dumps(told)) from error
            finally:
                write(self.output / name, whole)

    def held(self) -> None:
        """See that no command ends with anything but an error that is no bug."""
        for command in self.commands():
            with suppress(AugmentError):
                command()


@pytest.fixture(scope="module", params=KINDS)
def finished(request, tmp_path_factory):
    return Finished(tmp_path_factory.mktemp(request.param), request.param)


def places(told: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of everything in JSON; of a list's items the last."""
    if path:
        yield path
    if isinstance(told, dict):
        for key in told:
            yield from places(told[key], (*path, key))
    elif isinstance(told, list) and told:
        yield from places(told[-1], (*path, len(told) - 1))


def changed(told: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Return a copy of JSON with another value at a path."""
    new = inner = copy.deepcopy(told)
    for key in path[:-1]:
        inner = inner[key]
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return new


def some_changed(told: Any) -> Iterator[Any]:
    """Yield JSON with every third part changed to an odd value, all values in turn."""
    some = itertools.islice(places(told), 0, None, 3)
    for path, value in zip(some, itertools.cycle(ODD), strict=False):
        yield changed(told, path, value)


def all_changed(told: Any) -> Iterator[Any]:
    """Yield JSON with each part changed to four odd values, the next part to the next ones."""
    for number, path in enumerate(places(told)):
        for value in ODD[number % 3 :: 3]:
            yield changed(told, path, value)


HOW = [some_changed, pytest.param(all_changed, marks=pytest.mark.faults)]


@pytest.mark.parametrize("how", HOW)
def test_a_changed_manifest(finished, how):
    *lines, last = lines_of(finished.output / "manifest.jsonl")
    changes = map(partial(operator.add, lines), ([new] for new in how(last)))
    if last.get("rows") is not None:  # the first one has new rows, too
        first, *others = lines_of(finished.output / "manifest.jsonl")
        changes = itertools.chain(changes, ([new, *others] for new in how(first)))
    finished.held_with("manifest.jsonl", changes, lambda told: "".join(map(dumped, told)))


@pytest.mark.faults
@pytest.mark.parametrize("how", [some_changed, all_changed])
def test_a_changed_run(finished, how):
    told = json.loads((finished.output / "run.json").read_text())
    finished.held_with("run.json", how(told), dumped)


def test_a_build_that_believes_what_it_reads_is_noticed(finished, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(run_json._Run, "model_validate", lambda told: told)
    with pytest.raises(AssertionError):
        test_a_changed_run(finished, some_changed)


def dumped(told: Any) -> str:
    return json.dumps(told) + "\n"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("dataset",), "a\0b"),
        (("dataset",), "x" * 256),
        (("dataset",), ["in"]),
        (("recipe", "dataset", "kind"), "os"),
        (("summary", "counts", 0, "after"), 10**400),
        (("summary", "seconds"), float("nan")),
        (("summary", "files"), ["manifest.jsonl"]),
        (("platform",), GONE),
    ],
)
def test_a_damaged_run_is_told(finished, path, value):
    file = finished.output / "run.json"
    whole = file.read_text()
    write(file, dumped(changed(json.loads(whole), path, value)))
    finished.held()
    with pytest.raises(StorageError, match=r"run\.json is missing or damaged"):
        page(finished.output)
    write(file, whole)


DAMAGED = {
    "no steps": {"steps": None},
    "a step without params": {"steps": [{"name": "rotate"}]},
    "a number that is none": {"steps": [{"name": "rotate", "params": {"degrees": float("nan")}}]},
    "a label without shares": {"label": {}},
    "a label of words": {"label": {"cat": "much"}},
    "a partner without a name": {"partners": [7]},
    "a width alone": {"width": 7, "height": "tall"},
}


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
def test_the_damaged_line_is_named(finished, change):
    file = finished.output / "manifest.jsonl"
    whole = file.read_text()
    lines = lines_of(file)
    write(file, "".join(map(dumped, [*lines[:-1], lines[-1] | change])))
    with pytest.raises(StorageError, match=rf"manifest\.jsonl:{len(lines)}: damaged"):
        page(finished.output)
    write(file, whole)


WITHIN = {
    ("dataset", "kind"): "x",
    ("dataset", "header"): "x",
    ("dataset", "delimiter"): "../../x",
    ("dataset", "format"): "x",
    ("write", "originals"): 7,
    ("columns", 1, "kind"): GONE,
    ("columns", 1, "index"): "x",
    ("columns", 1, "style", "decimal"): None,
    ("rows",): 10**400,
    ("originals",): 2**62,
}


@pytest.mark.parametrize(("path", "value"), WITHIN.items())
def test_what_settings_and_columns_cannot_be_is_named(finished, path, value):
    file = finished.output / "manifest.jsonl"
    whole = file.read_text()
    first, *others = lines_of(file)
    if path[0] not in first or (path[0] == "dataset" and path[1] not in first["dataset"]):
        pytest.skip("its records tell nothing of that")
    write(file, "".join(map(dumped, [changed(first, path, value), *others])))
    for read in (page, croissant, lambda output: load(output, finished.dataset)[0]):
        with pytest.raises(StorageError, match=r"manifest\.jsonl:1: damaged"):
            read(finished.output)
    write(file, whole)


def test_more_rows_than_a_file_has_are_noticed(finished):
    file = finished.output / "manifest.jsonl"
    whole = file.read_text()
    first, *others = lines_of(file)
    if "rows" not in first:
        pytest.skip("its files are a sample each")
    write(file, "".join(map(dumped, [first | {"rows": first["rows"] + 1}, *others])))
    with pytest.raises(StorageError, match=r"manifest\.jsonl:1: damaged"):
        load(finished.output, finished.dataset)[0]
    write(file, whole)

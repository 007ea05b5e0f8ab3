"""Datasets and recipes of many kinds, what each gives undisturbed, and outputs to play on."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

sys.path.append(str(Path(__file__).with_name("dying")))

from changes import Change
from helpers import leftovers, make_photos, picture, run, tree, write
from seeds import Seed

from augcli.commands.clean import clean
from augcli.commands.replay import replay

Action = Callable[[], Any]


def forked(action: Action, output: Path, death: int = 0) -> bool:
    """Do something in a process that dies before its change number `death`; tell whether it did."""
    child = os.fork()
    if not child:
        try:
            if death:
                sys.addaudithook(Change(str(output), death, die))
            action()
            os._exit(0)
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), "the run failed"
    return status == signal.SIGKILL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Stage:
    """Two datasets and recipes, what each gives undisturbed, and an output to play on."""

    kind = "image"
    recipes = ("a", "b")
    stride = 1
    """How far the deaths of a scenario are apart, in its own steps, where not told otherwise."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.output = folder / "out"
        self.deaths = 0
        forked(self._make_datasets, folder)
        self.expected = {}
        for name in self.recipes:
            forked(getattr(self, name), self.output)
            self.expected[name] = tree(self.output)
            shutil.rmtree(self.output)
        self.whole = {digest for tree in self.expected.values() for digest in tree.values()}

    def _make_datasets(self) -> None:
        for name in ("a", "b"):
            photos = make_photos(self.folder / name, {"train/cat": 2, "train/dog": 2, "val/cat": 1})
            write(photos / "train/dog/01.png", b"broken")
        write(photos / "train/cat/00.png", picture(6))
        (photos / "train/cat/01.png").unlink()
        write(photos / "train/emu/new.png", picture(7))
        for name in ("a", "b"):
            photos = self.folder / name
            files = sorted(path.relative_to(photos) for path in photos.rglob("*.png"))
            rows = [f"{file},{file.parts[1]},{file.parts[0]}" for file in files]
            write(photos / f"{name}.csv", "\n".join(["file,label,split", *rows]) + "\n")

    def a(self) -> None:
        self._run("a", copies=2, balance={"target": "max"})

    def b(self) -> None:
        self._run("b", copies=1, balance={"target": {"dog": 4}}, seed=8)

    def _run(self, name: str, **changes: Any) -> None:
        dataset = {"format": "csv", "split": "split"}
        run(self.folder / name / f"{name}.csv", self.output, dataset=dataset, **changes)

    def clean(self) -> None:
        if (self.output / ".augment").exists():
            clean(self.output)

    @property
    def again(self) -> Path:
        """Return where replays go."""
        return self.folder / "again"

    def replay(self) -> None:
        self.again.mkdir(exist_ok=True)
        wrong = [name for name, why in replay(self.output, self.again, None, None) if why]
        assert not wrong

    def die(self, action: Action, number: int) -> bool:
        """Run and die; what is visible then must be whole files."""
        died = forked(action, self.output, number)
        self.deaths += died
        if self.output.exists():
            half = {name for name, digest in tree(self.output).items() if digest not in self.whole}
            assert not half, f"half-written after {number}: {half}"
        return died

    def end(self, name: str) -> None:
        """Run to the end, compare, and begin anew."""
        forked(getattr(self, name), self.output)
        found, expected = tree(self.output), self.expected[name]
        different = {each for each in {*found, *expected} if found.get(each) != expected.get(each)}
        assert not different, f"{self.deaths}: different are {sorted(different)}"
        assert leftovers(self.output) == [], f"{self.deaths}: {leftovers(self.output)}"
        shutil.rmtree(self.output)


class Tars(Stage):
    """Pictures in shards, of which the other recipe wants fewer."""

    layout = "webdataset"

    def a(self) -> None:
        self._run("a", output={"layout": self.layout, "shards": 3})

    def b(self) -> None:
        self._run("b", output={"layout": self.layout, "shards": 2})


class Tabled(Tars):
    """The same in shards that are tables."""

    layout = "parquet"


class Relaid(Tars):
    """Pictures in shards, which are files in the other recipe."""

    def b(self) -> None:
        self._run("b")


class Tables(Stage):
    """The same with tables in two folders, of which one has a file more."""

    kind = "tabular"

    def _make_datasets(self) -> None:
        rows = [f"{i}.5,{i % 7},{'no' if i % 5 else 'yes'}" for i in range(60)]
        for name in ("a", "b"):
            for number, file in enumerate(("train.csv", "more/train.csv", "test.csv")):
                write(self.folder / name / file, "\n".join(["x,y,z", *rows[number::3], ""]))
        write(self.folder / "b/train_3.csv", "\n".join(["x,y,z", "oops,1,no", "99.5,3,yes", ""]))

    def a(self) -> None:
        self._run_tables("a", balance={"target": 60})

    def b(self) -> None:
        self._run_tables("b", balance={"method": "random_under"}, copies=1, seed=8)

    def _run_tables(self, name: str, **changes: Any) -> None:
        dataset = {"kind": "tabular", "label": "z"}
        changes = {"copies": 0, "steps": ["mixup"]} | changes
        run(self.folder / name, self.output, dataset=dataset, **changes)


class RowsInShards(Tables):
    """The same in shards that are tables."""

    stride = 2

    def _run_tables(self, name: str, **changes: Any) -> None:
        super()._run_tables(name, output={"layout": "parquet", "shards": 2}, **changes)


class Folders(Stage):
    """Texts, a file each."""

    kind = "text"
    dataset: ClassVar[dict[str, str]] = {"kind": "text", "format": "folders"}
    steps: ClassVar[list[Any]] = ["random_swap", "aeda"]

    def _make_datasets(self) -> None:
        for name in ("a", "b"):
            for number in range(5):
                folder = self.folder / name / ("train" if number else "test") / "ab"[number % 2]
                write(folder / f"{number}.txt", f"a good film of number {number} and {name}")
            write(self.folder / name / "train/a/broken.txt", b"")

    def _run(self, name: str, **changes: Any) -> None:
        more = {"balance": {"target": "max"}, "steps": self.steps}
        run(self.folder / name, self.output, dataset=self.dataset, **changes | more)


class Sheet(Folders):
    """Texts, many in a file."""

    dataset: ClassVar[dict[str, str]] = {"kind": "text", "text": "text", "label": "class"}

    def _make_datasets(self) -> None:
        for name in ("a", "b"):
            rows = "".join(f"a good film of {name} {n},{'xy'[n % 3 % 2]}\n" for n in range(9))
            write(self.folder / name / "train.csv", f"text,class\n{rows},x\n")
            write(self.folder / name / "test.csv", "text,class\nnot a bad film,y\n")


ANSWERS = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"id": asked["id"], "text": f"{asked['text']} {asked['seed']}"}), flush=True)
"""


class Answered(Sheet):
    """Texts that a program is asked for."""

    steps: ClassVar[list[Any]] = [{"generate": {"command": "python answers.py"}}]

    def _make_datasets(self) -> None:
        super()._make_datasets()
        write(self.folder / "answers.py", ANSWERS)


class Seeded(Stage):
    """A seed of any kind and format; in the other dataset one of its files is cut off."""

    stride = 2

    def __init__(self, folder: Path, seed: Seed):
        self.seed = seed
        self.kind = seed.kind
        super().__init__(folder)

    def _make_datasets(self) -> None:
        for name in ("a", "b"):
            self.seed.written(self.folder / name)
        victim = self.seed.files[self.seed.victim]
        write(self.folder / "b" / self.seed.victim, victim[: len(victim) // 2])

    def a(self) -> None:
        self._run("a")

    def b(self) -> None:
        self._run("b", copies=2, seed=8)

    def _run(self, name: str, **changes: Any) -> None:
        dataset = self.folder / name / (self.seed.listing or "")
        run(dataset, self.output, **self.seed.recipe | changes)


STAGES = {
    **{"photos": Stage, "tars": Tars, "parquet": Tabled, "relaid": Relaid},
    **{"tables": Tables, "text folders": Folders, "text files": Sheet},
    **{"rows in shards": RowsInShards, "answers": Answered},
}

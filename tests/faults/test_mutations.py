"""One damaged file among sound ones: it is done or told, the others are done, nothing crashes."""

import re
import shutil
from pathlib import Path

import pytest
from helpers import failures, leftovers, manifest, tree, write, write_recipe
from mutations import damaged
from seeds import EXAMPLES, MANY_FILES, SEEDS
from served import Commands

FEW, MANY = 1, 36
"""How many damages: of some formats in every run of the tests, of each in the whole suite."""


def told(output: Path) -> dict[str, str]:
    """Return all sources that manifest and failures speak of, with the reasons of the failures."""
    names = {each["source"]: "" for each in manifest(output)}
    return names | {_PLACE.sub("", source): why for source, why in failures(output).items()}


_PLACE = re.compile(r"[#:]\d+$")
"""Of a row or line in a file."""


class Damaged:
    """A dataset with a file that is damaged again and again, and what it gives undamaged."""

    def __init__(self, name: str, folder: Path, commands: Commands):
        self.seed = SEEDS[name]
        self.folder, self.output = folder / "in", folder / "out"
        self.commands = commands
        dataset = self.seed.written(self.folder)
        self.recipe = write_recipe(dataset, self.output, **self.seed.recipe)
        self._ran(0)
        self.expected = tree(self.output)
        self.sources = told(self.output).keys()

    def _ran(self, *codes: int) -> None:
        done = self.commands("run", self.recipe, "-q")
        assert done.returncode in codes, done.stderr[-3000:]

    def check(self, data: bytes) -> None:
        """Put damaged data in place of the victim, and see what runs make of it."""
        write(self.folder / self.seed.victim, data)
        self._ran(0, 3)
        assert told(self.output).keys() == self.sources, "a source has vanished"
        whole = {each["source"] for each in manifest(self.output)}
        assert whole >= self.sources - {self.seed.victim}, "neighbours are not done"
        assert leftovers(self.output) == []

    def check_proofs(self) -> None:
        """See that what is told of the outputs is true."""
        verified = self.commands("verify", self.output)
        assert verified.returncode == 0, verified
        again = self.folder.parent / "again"
        replayed = self.commands("replay", self.output, "-o", again)
        assert replayed.returncode == 0, replayed
        shutil.rmtree(again)

    def check_mended(self) -> None:
        """See that the undamaged file gives what it gave before."""
        write(self.folder / self.seed.victim, self.seed.files[self.seed.victim])
        self._ran(0)
        assert tree(self.output) == self.expected


def tried(stage: Damaged, numbers: range) -> None:
    victim = stage.seed.files[stage.seed.victim]
    for number in numbers:
        stage.check(damaged(victim, number))
        if number % 3 == 0:
            stage.check_proofs()
    stage.check_mended()


@pytest.mark.parametrize("name", [*EXAMPLES, *MANY_FILES])
def test_damage(name: str, memory: Path, commands: Commands) -> None:
    first = list(SEEDS).index(name)  # the next format has the next damages
    tried(Damaged(name, memory, commands), range(first, first + FEW))


@pytest.mark.parametrize(
    ("name", "module"),
    [("tabular parquet", "tabular.reading.readers"), ("timeseries npz", "timeseries.library")],
)
def test_a_build_in_which_a_file_costs_all_is_noticed(
    name: str, module: str, memory: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    opened = "lambda sources, opened, *_: ({each.name: opened(each) for each in sources}, {})"
    worse = f"import augcli.{module} as module; module.each_opened = {opened}"
    monkeypatch.setattr(commands, "worse", worse)
    stage = Damaged(name, memory, commands)
    with pytest.raises(AssertionError, match=r"has vanished|neighbours"):
        tried(stage, range(1, 3))


@pytest.mark.faults
@pytest.mark.parametrize("name", SEEDS)
def test_much_damage(name: str, memory: Path, commands: Commands) -> None:
    tried(Damaged(name, memory, commands), range(MANY))

"""An output folder that somebody prepared: no command leaves it, hangs on it, or calls it a bug."""

import base64
import hashlib
import itertools
import shutil
import sys
from pathlib import Path

import pytest
from helpers import make_photos, write, write_recipe
from seeds import EXAMPLES, SEEDS
from served import Commands
from traps import SECRET, TRAPS, Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="makes pipes and devices")

KINDS = {SEEDS[name].kind: SEEDS[name] for name in EXAMPLES}

READING = ("verify", "explain", "report", "replay", "plan", "preview", "check")
COMMANDS = (*READING, "run", "clean")


def photograph(folder: Path) -> dict[str, object]:
    """Return all that may not change in a folder: names, bytes, and which files they are."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        digest = hashlib.sha256(data).hexdigest()
        found[str(path.relative_to(folder))] = (status.st_ino, status.st_mode, digest)
    return found


class Prepared:
    """A finished output, and copies of it with traps."""

    def __init__(self, folder: Path, kind: str, commands: Commands):
        self.folder = folder
        self.commands = commands
        seed = KINDS[kind]
        dataset = seed.written(folder / "in")
        self.recipe = write_recipe(dataset, folder / "out", **seed.recipe)
        done = commands("run", self.recipe, "-q")
        assert done.returncode == 0, done.stderr
        shutil.copytree(folder / "out", folder / "kept", symlinks=True)

    def prepare(self, trap: str) -> None:
        """Begin anew, and set a trap."""
        for each in ("out", "outside", "pages"):
            shutil.rmtree(self.folder / each, ignore_errors=True)
        shutil.copytree(self.folder / "kept", self.folder / "out", symlinks=True)
        (self.folder / "pages").mkdir()
        write(self.folder / "outside/secret.txt", SECRET)
        make_photos(self.folder / "outside", {"a": 1})
        TRAPS[trap](Place(self.folder / "out", self.folder / "outside"))

    def words(self, command: str) -> list[object]:
        """Return a command line."""
        output, pages = self.folder / "out", self.folder / "pages"
        return {
            "verify": ["verify", output],
            "explain": ["explain", output / "train/x"],
            "report": ["report", output, "-o", pages / "page.html"],
            "replay": ["replay", output, "-o", pages / "again"],
            "plan": ["plan", self.recipe],
            "preview": ["preview", self.recipe, "-o", pages / "sheet.png", "--sources", 1],
            "check": ["check", self.recipe],
            "run": ["run", self.recipe],
            "clean": ["clean", output],
        }[command]

    def check(self, command: str) -> None:
        """Run a command, and see that it keeps to its folder and ends in good order."""
        before = {each: photograph(self.folder / each) for each in ("outside", "in")}
        done = self.commands(*self.words(command))
        assert done.returncode in range(5), (command, done)
        assert "Traceback" not in done.stderr, (command, done)
        for each, seen in before.items():
            assert photograph(self.folder / each) == seen, (command, each)
        told = [path.read_bytes() for path in (self.folder / "pages").rglob("*") if path.is_file()]
        for secret in (SECRET.encode(), base64.b64encode(SECRET.encode())[:-4]):
            assert not any(secret in page for page in told), (command, "tells")
        if done.returncode in (1, 4):
            assert done.stdout + done.stderr, command


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, commands):
    folder = tmp_path_factory.mktemp("prepared")
    kept: dict[str, Prepared] = {}

    def of(kind: str) -> Prepared:
        if kind not in kept:
            (folder / kind).mkdir()
            kept[kind] = Prepared(folder / kind, kind, commands)
        return kept[kind]

    return of


def held(prepared: Prepared, trap: str) -> None:
    prepared.prepare(trap)
    for command in (*READING, "run"):
        prepared.check(command)
    prepared.prepare(trap)
    prepared.check("clean")


EXAMPLES = list(zip(TRAPS, itertools.cycle(KINDS), strict=False))[::35]
"""Some traps, each for one of the kinds in turn."""
OTHERS, AND_OTHERS = itertools.cycle([*KINDS][1:]), itertools.cycle([*KINDS][::-1])


@pytest.mark.parametrize(("trap", "kind"), EXAMPLES)
def test_a_trap(prepared, trap, kind):
    held(prepared(kind), trap)


FOLLOWS_LINKS = """
import os
from augcli.disk import folder
assert folder._ITSELF & os.O_NOFOLLOW
folder._ITSELF = os.O_NONBLOCK
os.O_NOFOLLOW = 0
"""
FOLLOWS_NAMES = """
from augcli.disk import folder
from augcli.store import output
assert output.parts_of is folder.parts_of
output.parts_of = folder.parts_of = lambda name, root: name.split("/")
"""


LED = {"link at train": FOLLOWS_LINKS, "above in batch": FOLLOWS_NAMES}


@pytest.mark.parametrize("trap", LED)
@pytest.mark.parametrize("kind", KINDS)
def test_a_build_that_is_led_elsewhere_is_noticed(prepared, commands, monkeypatch, kind, trap):
    """The negative control."""
    place = prepared(kind)
    place.prepare(trap)
    monkeypatch.setattr(commands, "worse", LED[trap])
    with pytest.raises(AssertionError, match="outside"):
        place.check("clean")


@pytest.mark.faults
@pytest.mark.parametrize(
    ("trap", "kind"),
    list(itertools.chain(zip(TRAPS, OTHERS, strict=False), zip(TRAPS, AND_OTHERS, strict=False))),
)
def test_every_trap_for_some_kinds(prepared, trap, kind):
    held(prepared(kind), trap)

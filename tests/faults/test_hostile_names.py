"""Files whose names mean something to shells, terminals or other systems: all are done."""

from pathlib import Path, PurePosixPath

import pytest
from helpers import failures, manifest, write, write_recipe
from seeds import EXAMPLES, MANY_FILES, SEEDS

NAMES = [
    "-rf",
    "--help",
    "CON",
    "aux.x",
    " before",
    "after ",
    "..dots..",
    "dot.",
    "~",
    "$(id)",
    "a:b",
]
NAMES += ["esc\x1b[31m\x07", "new\nline", "tab\t", "return\r", "bidi\u202etxt", "\u2028", "nul\x01"]
NAMES += [
    "twin",
    "TWIN",
    "\u00e9",
    "e\u0301",
    "quote\"'`",
    "back\\slash",
    "?*<>|",
    "#0",
]
NAMES += ["{a}", "%00", "a.aug-000", "𝒳", "x" * 240]
NAMES += ["\udcff\udcfe", "x\udc80"]  # bytes that are no text
FAULTS = pytest.mark.faults
RAW = {"\x1b", "\x07", "\r", "\u202e", "\u2028", "\x01"}
"""What a terminal would obey."""


def files_of(folder: Path) -> set[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name for name in found if not PurePosixPath(name).name.startswith(".")}


ALWAYS = ["image jpeg", "text folders"]
SOMETIMES = [each for each in (*EXAMPLES, *MANY_FILES) if each not in ALWAYS]


@pytest.mark.parametrize("name", [*ALWAYS, *(pytest.param(n, marks=FAULTS) for n in SOMETIMES)])
def test_hostile_names(name, memory, commands):
    held(name, NAMES, memory, commands)


SHOWN_RAW = """
import re
from augcli.system import terminal
terminal._IN_LINE = terminal._IN_TEXT = re.compile("(?!)")
"""


def test_a_build_that_shows_names_raw_is_noticed(memory, commands, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(commands, "worse", SHOWN_RAW)
    with pytest.raises(AssertionError):
        held("text folders", ["esc\x1b[31m\x07"], memory, commands)


def held(name, names, memory, commands):
    seed, output = SEEDS[name], memory / "out"
    dataset = seed.written(memory / "in")
    victim = PurePosixPath(seed.victim)
    for each in names:
        path = memory / "in" / victim.parent / f"{each}{victim.suffix}"
        write(path, seed.files[seed.victim])
    recipe = write_recipe(dataset, output, **seed.recipe)
    story = [["run", recipe], ["verify", output], ["replay", output, "-o", memory / "again"]]
    story += [["report", output, "-o", memory / "page.html"], ["plan", recipe], ["check", recipe]]
    for words in story:
        done = commands(*words)
        assert done.returncode == 0, done
        assert not RAW & set(done.stdout + done.stderr), words
    assert failures(output) == {}
    assert {each["source"] for each in manifest(output)} == files_of(memory / "in")
    assert files_of(memory / "again") == {each["output"] for each in manifest(output)}
    for each in names:
        write(memory / "in" / victim.parent / f"{each}{victim.suffix}", b"")
    done = commands("run", recipe)
    assert (done.returncode, bool(failures(output))) == (3, True)
    assert not RAW & set(done.stdout + done.stderr)
    assert commands("clean", output).returncode == 0
    assert not output.exists()

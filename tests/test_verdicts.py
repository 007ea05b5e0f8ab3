"""The exit code is the verdict, whatever became of stdout and stderr."""

import shutil
import sys

import pytest
from helpers import COMMAND, finished, make_photos, run, start, write, write_recipe

AUGMENT = f'"{sys.executable}" -m augcli'


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with recipes and outputs that have each of the verdicts."""
    folder = tmp_path_factory.mktemp("verdicts")
    photos = make_photos(folder / "in", {"train/cat": 2, "val/cat": 1})
    run(photos, folder / "whole")
    write(folder / "out.yaml", write_recipe(photos, folder / "out").read_text())
    broken = shutil.copytree(photos, folder / "broken")
    write(broken / "train/cat/02.png", b"broken")
    run(broken, folder / "damaged", max_failures=1)
    write_recipe(broken, folder / "failing")
    make_photos(folder / "other", {"train/dog": 1})
    for number, path in enumerate((folder / "damaged/train").rglob("*.png")):
        path.write_bytes(b"changed%d" % number)
    write(folder / "wrong.yaml", "version: 1\ncopise: 3\n")
    return folder


VERDICTS = {
    "run whole.yaml": 0,
    "run failing.yaml": 3,
    "run wrong.yaml": 2,
    "plan out.yaml --exit-code": 1,
    "check failing.yaml": 1,
    "verify damaged": 1,
    "verify damaged --json": 1,
    "replay damaged -o again -i other": 1,
    "transforms rotat": 2,
    "--help": 0,
}
FEW = ("run failing.yaml", "schema")
GONE = ["{} | true", "{} >&- 2>&-", "{} 2>/dev/full", "{} 2>&1 | true"]


def some(words):
    """Return all, of which few belong to every run of the tests."""
    return [each if each in FEW else pytest.param(each, marks=pytest.mark.faults) for each in words]


@pytest.mark.parametrize("words", some(VERDICTS))
def test_the_verdict_outlives_its_listeners(place, words):
    lines = [f"{form.format(f'{AUGMENT} {words}')}; echo ${{PIPESTATUS[0]}} >&3" for form in GONE]
    done = finished(["bash", "-c", "\n".join(["exec 3>&1", *lines])], cwd=place)
    told = [line for line in done.stdout.splitlines() if line.isdigit()]
    assert told[-len(GONE) :] == [str(VERDICTS[words])] * len(GONE)
    assert "Traceback" not in done.stdout + done.stderr


FULL = {
    "run whole.yaml --json": 4,
    "run failing.yaml": 3,
    "check failing.yaml": 1,
    "verify whole": 0,
    "schema": 4,
}
"""What each ends with where stdout is full; `verify whole` has nothing to say there."""


@pytest.mark.parametrize("words", some(FULL))
def test_what_cannot_be_written_is_4_where_nothing_else_is_wrong(place, words):
    done = finished(["bash", "-c", f"{AUGMENT} {words} >/dev/full"], cwd=place)
    assert done.returncode == FULL[words]
    assert FULL[words] != 4 or "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    done = finished(["bash", "-c", f"{AUGMENT} {words} >/dev/full 2>/dev/full"], cwd=place)
    assert done.returncode == FULL[words]


def test_a_listener_that_leaves_in_the_middle(place):
    """It reads one line of many and goes; what is left unsaid is still counted."""
    for number in range(3000):
        (place / "damaged" / f"extra{number}").touch()
    process = start("verify", "damaged", cwd=place)
    assert process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1
    assert "wrong" in told
    done = finished(
        ["bash", "-c", f"{AUGMENT} verify damaged | head -1; exit ${{PIPESTATUS[0]}}"], cwd=place
    )
    assert done.returncode == 1


def test_a_stream_that_does_not_block_gets_it_all(place):
    """A pipe of another program may be set so, and a reader may be slow."""
    program = (
        "import os, subprocess\n"
        "read, write = os.pipe()\n"
        "os.set_blocking(write, False)\n"
        f"process = subprocess.Popen({COMMAND!r} + ['schema'], stdout=write)\n"
        "os.close(write)\n"
        "with open(read) as file: text = file.read()\n"
        "print(process.wait(), len(text))\n"
    )
    done = finished([sys.executable, "-c", program])
    whole = finished([*COMMAND, "schema"]).stdout
    assert done.stdout.split() == ["0", str(len(whole))]

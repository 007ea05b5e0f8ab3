"""No argument, however odd, ends in a traceback: commands times arguments, in this process."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import augment, make_photos, run, write, write_recipe

from augcli.cli import main as cli


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    photos = make_photos(folder / "in", {"train/cat": 2, "val/cat": 1})
    run(photos, folder / "out")
    write(folder / "file.txt", "x")
    write(folder / "t.csv", "a,label\n" + "1,x\n2,y\n3,x\n" * 4)
    (folder / "empty").mkdir()
    (folder / "dangling").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    return folder


@pytest.fixture
def exit_code(place, monkeypatch, capsys):
    """Return a function that runs the command line and returns its exit code."""
    monkeypatch.chdir(place)

    def code_of(*words):
        monkeypatch.setattr(sys, "argv", ["augment", *words])
        code = cli._exit_code()
        assert "Traceback" not in capsys.readouterr().err, words
        return code

    return code_of


ODD = {
    "missing": "none",
    "folder": "in",
    "file": "file.txt",
    "table": "t.csv",
    "null": "/dev/null",
    "nothing": "",
    "long": "x" * 5000,
    "deep": "x/" * 2500,
    "bytes": os.fsdecode(b"\xff\xfe"),
    "zero": "a\0b",
    "link to nowhere": "dangling",
    "link to itself": "loop",
    "below a file": "file.txt/x",
    "empty folder": "empty",
    "output": "out",
    "negative": "-1",
    "here": ".",
    "option": "--",
    "other script": "שלום",
    "percent": "%",
}
COMMANDS = {
    "run": ["run", "ODD"],
    "plan": ["plan", "ODD"],
    "check": ["check", "ODD"],
    "preview": ["preview", "ODD", "-o", "sheet.png"],
    "preview -o": ["preview", "out.yaml", "--sources", "1", "--copies", "1", "-o", "ODD"],
    "verify": ["verify", "ODD"],
    "verify -i": ["verify", "out", "-i", "ODD"],
    "replay": ["replay", "ODD", "-o", "again"],
    "replay -o": ["replay", "out", "-o", "ODD"],
    "replay -i": ["replay", "out", "-o", "more", "-i", "ODD"],
    "replay --only": ["replay", "out", "-o", "some", "--only", "ODD"],
    "explain": ["explain", "ODD"],
    "explain ROW": ["explain", "out/train/cat/00.png", "ODD"],
    "report": ["report", "ODD", "-o", "page.html"],
    "report -o": ["report", "out", "-o", "ODD"],
    "init": ["init", "ODD"],
    "transforms": ["transforms", "ODD"],
    "completion": ["completion", "ODD"],
    "plan -i": ["plan", "out.yaml", "-i", "ODD"],
    "plan -o": ["plan", "out.yaml", "-o", "ODD"],
    "plan --set": ["plan", "out.yaml", "--set", "ODD"],
    "plan --set copies": ["plan", "out.yaml", "--set", "copies=ODD"],
    "plan --set path": ["plan", "out.yaml", "--set", "dataset.path=ODD"],
    "plan --seed": ["plan", "out.yaml", "--seed", "ODD"],
    "run -j": ["run", "none.yaml", "-j", "ODD"],
    "run --max-failures": ["run", "none.yaml", "--max-failures", "ODD"],
    "no command": ["ODD"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_odd_arguments_are_no_bug(exit_code, command):
    for odd in ODD.values():
        words = [word.replace("ODD", odd) for word in COMMANDS[command]]
        assert (code := exit_code(*words)) in range(5), (code, words)


@pytest.mark.parametrize(
    "setting",
    [
        "a" + ".a" * 4000 + "=1",
        "steps.0" + ".rotate" * 2000 + "=1",
        "." * 4000,
        "=" * 4000,
        "copies=" + "[" * 6000,
        "copies=" + "{a: " * 6000,
        "steps=" + "[{one_of: {steps: " * 60,
        'dataset.path="a\\0b"',
        'output.path="a\\0b"',
        'dataset.include=["\\0"]',
    ],
    ids=lambda setting: setting[:16],
)
def test_settings_that_are_no_recipe_are_told_so(exit_code, setting):
    assert exit_code("plan", "out.yaml", "--set", setting) == 2


def test_rows_of_a_table_are_no_options(tmp_path):
    table = write(tmp_path / "t.csv", "a,label\n" + "1,x\n2,y\n3,x\n" * 4)
    settings = {"kind": "tabular", "label": "label"}
    balance = {"method": "random_over", "target": "max"}
    run(table, tmp_path / "out", dataset=settings, balance=balance, steps=[], copies=0)
    done = augment("explain", tmp_path / "out/t.csv", "-1")
    assert done.returncode == 2
    assert "16 rows, counted from 0" in done.stderr
    assert augment("explain", tmp_path / "out/t.csv", "--json", "15").returncode == 0


def table(folder: Path) -> Path:
    return write(folder / "t.csv", "a,b,label\n" + "1,2,x\n2,5,y\n3,1,x\n" * 9)


def texts(folder: Path) -> Path:
    lines = (f"the film {number} was a great success\t{number % 2}" for number in range(9))
    return write(folder / "t.tsv", "text\tlabel\n" + "\n".join(lines) + "\n")


def series(folder: Path) -> Path:
    np.savez(folder / "s.npz", x=np.arange(40.0).reshape(4, 10) % 7, y=np.array([0, 1, 0, 1]))
    return folder / "s.npz"


KINDS = {
    "image": lambda folder: make_photos(folder / "in", {"train/cat": 2}),
    "tabular": table,
    "text": texts,
    "timeseries": series,
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_split_to_augment_is_a_mistake_for_every_kind(tmp_path, kind):
    settings = {"kind": kind, "augment": []} | ({"label": "label"} if kind == "tabular" else {})
    path = KINDS[kind](tmp_path)
    recipe = write_recipe(path, tmp_path / "out", dataset=settings, steps=[], copies=1)
    done = augment("run", recipe)
    assert done.returncode == 2
    assert "`dataset.augment` must have at least 1 item" in done.stderr
    assert not (tmp_path / "out").exists()


def test_thousands_of_mistakes_are_some_lines(tmp_path):
    steps = "\n".join("- rotat" for _ in range(3_000))
    recipe = write(
        tmp_path / "r.yaml",
        f"version: 1\noutput: {{path: out}}\ndataset: {{path: in}}\nsteps:\n{steps}\n",
    )
    done = augment("check", recipe)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 3 * 50 + 1
    assert "did you mean 'rotate'" in lines[0]
    assert lines[-1] == "augment: 2950 more problems"


GONE = """
import os, sys
folder = sys.argv.pop()
os.chdir(folder)
os.rmdir(folder)
from augcli.cli.main import main
main()
"""


@pytest.mark.parametrize("words", [["plan", "r.yaml"], ["init", "."], ["explain", "x"], ["schema"]])
def test_a_working_directory_that_is_gone(tmp_path, words):
    (tmp_path / "here").mkdir()
    program = [sys.executable, "-c", GONE, *words, str(tmp_path / "here")]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("augment: the working directory cannot be used")


@pytest.mark.parametrize("event", ["open", "os.scandir"])
@pytest.mark.parametrize("kind", KINDS)
def test_init_of_a_dataset_that_vanishes(tmp_path, kind, event):
    """Gone at the first look into it, as far as the system knows."""
    folder = tmp_path / "data"
    folder.mkdir()
    path = KINDS[kind](folder)
    vanish = (
        f"folder, event = {str(folder)!r}, {event!r}\n"
        "def vanish(name, args, folder=folder, event=event, os=os):\n"
        "    if name == event and str(args[0]).startswith(folder) and os.path.isdir(folder):\n"
        "        os.rename(folder, folder + '.gone')\n"
        "sys.addaudithook(vanish)\n"
    )
    done = augment("init", path, first=vanish)
    assert not folder.exists()
    assert done.returncode in {0, 2}, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that cannot be read")
def test_init_of_what_cannot_be_read():
    done = augment("init", "/proc/self/mem")
    assert done.returncode == 2
    assert "cannot be read" in done.stderr


def test_a_preview_is_no_file_of_another_kind(tmp_path: Path) -> None:
    recipe = write_recipe(make_photos(tmp_path / "in", {"a": 1}), tmp_path / "out")
    told = augment("preview", recipe, "-o", tmp_path / "x.jpg")
    assert told.returncode == 2
    assert "a picture (.png) or a page (.html), no .jpg file" in told.stderr
    assert not (tmp_path / "x.jpg").exists()


@pytest.mark.parametrize("command", ["run", "check", "plan", "preview"])
def test_a_dataset_in_the_place_of_a_recipe_is_told_what_makes_one(tmp_path, command):
    (tmp_path / "my photos").mkdir()
    done = augment(command, "my photos", cwd=tmp_path)
    assert done.returncode == 2
    assert "a recipe for it comes of: augment init 'my photos' -o recipe.yaml" in done.stderr

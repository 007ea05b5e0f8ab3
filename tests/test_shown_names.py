"""Nothing that a name, a label or a cell says reaches a terminal or a page raw."""

import ast
import csv
import io
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from helpers import augment, make_photos, picture, run, write, write_recipe
from hypothesis import given
from hypothesis import strategies as st

import augcli
from augcli.commands.tell import count_table
from augcli.system.terminal import escaped, escaped_text
from augcli.task import Count

BAD = "\x1b[2Jx\x07\x7f\x9b\u202eevil\u2066\u200f\u061c\u2028"
FORGED = "a\nforged.png: error: leak: of this line"
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
WORDS = ["run", "plan", "check", "run -v", "run --json", "plan --json"]


def pictures(folder: Path) -> Path:
    """Write a dataset of which every class and some files have names that do harm."""
    folder.mkdir()
    for split in ("train", "val"):
        for number, name in enumerate((f"{BAD}ו", f"b{FORGED}")):
            data = picture(number + 5 * (split == "val"))
            write(folder / split / name / f"{FORGED}{number}.png", data)
    write(folder / "train" / f"b{FORGED}" / f"{BAD}.png", b"broken")
    write(folder / "train" / f"b{FORGED}" / f"{FORGED}.png", b"broken, too")
    write(Path(os.fsdecode(os.fsencode(folder) + b"/train/b\xff/\xfe.png")), picture(9))
    write(folder / f"{FORGED}.doc", "not a picture")
    return folder


def table(folder: Path) -> Path:
    rows = [[f"n{BAD}", f"label\n{FORGED}"]]
    rows += [[str(n / 3 + n % 3), f"{BAD}{n % 2}" if n % 2 else FORGED] for n in range(20)]
    rows.append([FORGED, BAD])
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return write(folder / f"t{FORGED}.csv", buffer.getvalue())


def texts(folder: Path) -> Path:
    for label in (BAD, FORGED):
        for number in range(3):
            words = f"the film {number} was a great success for {label} and me {BAD}"
            write(folder / "train" / label / f"{FORGED}{number}.txt", words)
    write(folder / "train" / BAD / f"{BAD}.txt", b"\xff\xfe\x00")
    return folder


def series(folder: Path) -> Path:
    for number in range(4):
        values = np.random.default_rng(number).normal(size=(1, 30))
        (folder / "train" / BAD).mkdir(parents=True, exist_ok=True)
        np.save(folder / "train" / BAD / f"{FORGED}{number}.npy", values)
    write(folder / "train" / BAD / f"{BAD}.npy", b"broken")
    return folder


KINDS = {
    "image": (pictures, {}),
    "tabular": (
        table,
        {
            "dataset": {"label": 1, "split": {"test": 0.2}},
            "balance": {"method": "random_over", "target": "max"},
            "steps": [],
        },
    ),
    "text": (texts, {"dataset": {"format": "folders"}, "steps": ["random_swap"]}),
    "timeseries": (series, {"steps": ["jitter"]}),
}


def harmless(done, *, forged: bool = True) -> None:
    assert done.returncode != 70, done.stderr
    assert not HIDDEN.findall(done.stdout + done.stderr)
    if forged:
        told = (done.stdout + done.stderr).splitlines()
        assert not [line for line in told if line.startswith("forged")]


@pytest.fixture(scope="module", params=KINDS)
def hostile(request, tmp_path_factory):
    """Return recipe and output of a dataset of hostile names."""
    folder = tmp_path_factory.mktemp("names")
    make, changes = KINDS[request.param]
    changes = {**changes, "dataset": {"kind": request.param, **changes.get("dataset", {})}}
    recipe = write_recipe(make(folder / "in"), folder / "out", **changes)
    done = augment("run", recipe)
    harmless(done)
    assert done.returncode in {0, 3}, done.stderr
    return recipe, folder / "out"


@pytest.mark.parametrize("words", WORDS)
def test_what_is_told_of_a_dataset_is_harmless(hostile, words):
    recipe, _ = hostile
    command, *options = words.split()
    harmless(augment(command, recipe, *options))


def test_what_is_told_of_an_output_is_harmless(hostile, tmp_path):
    recipe, output = hostile
    dataset = json.loads(recipe.read_text())["dataset"]["path"]
    for record in map(json.loads, (output / "manifest.jsonl").read_text().splitlines()[:3]):
        harmless(augment("explain", output / record["output"]))
        harmless(augment("explain", output / record["output"], 1))
        harmless(augment("explain", output / f"{record['output']}x"))
    for path in (output / "train").rglob("*aug*"):
        path.write_bytes(b"changed")
    write(output / f"{FORGED}{BAD}", "extra")
    harmless(augment("verify", output))
    harmless(augment("replay", output, "-o", tmp_path / "again", "-i", Path(dataset)))
    harmless(augment("replay", output, "-o", tmp_path / "more", "-i", tmp_path))
    harmless(augment("init", dataset))


def test_pages_and_pictures_of_hostile_names(hostile, tmp_path):
    recipe, output = hostile
    page = tmp_path / "page.html"
    done = augment("report", output, "-o", page)
    assert done.returncode == 0, done.stderr
    assert not HIDDEN.findall(page.read_text(encoding="utf-8"))
    assert "default-src 'none'" in page.read_text(encoding="utf-8")
    done = augment("preview", recipe, "-o", tmp_path / "sheet.png")
    harmless(done)


@pytest.mark.parametrize("words", [["run", f"no{FORGED}{BAD}"], [f"x{BAD}"], ["run", f"--{BAD}"]])
def test_what_is_told_of_a_command_line_is_harmless(words):
    harmless(augment(*words))


def test_a_recipe_that_quotes_hostile_names(tmp_path):
    photos = make_photos(tmp_path / "in", {"cat": 2})
    steps = [{"rotate": {"only": [FORGED, BAD]}}, {f"rotat{BAD}{FORGED}": {}}]
    recipe = write_recipe(photos, tmp_path / f"o{FORGED}", steps=steps, **{BAD + FORGED: 1})
    done = augment("check", recipe)
    assert done.returncode == 2
    harmless(done)


def test_letters_of_all_scripts_stay_as_they_are(tmp_path):
    photos = make_photos(tmp_path / "in", {"train/קטן": 2, "train/صغير": 2, "train/猫 é": 2})
    run(photos, tmp_path / "out")
    page = tmp_path / "page.html"
    assert augment("report", tmp_path / "out", "-o", page).returncode == 0
    for name in ("קטן", "صغير", "猫 é"):
        assert f"<bdi>{name}</bdi>" in page.read_text(encoding="utf-8")
        assert escaped(name) == name
    assert "קטן" in augment("plan", tmp_path / "out.yaml").stdout


@given(st.text(st.characters(exclude_categories=())))
def test_a_line_shows_what_it_says_and_stays_one(text):
    shown = escaped(text)
    assert not HIDDEN.search(shown)
    assert len(f"{shown}.".splitlines()) == 1
    assert escaped(shown) == shown
    assert escaped_text(text).count("\n") == text.count("\n")


def test_tables_stay_aligned():
    counts = [Count("train", "a\nb", 1, 2), Count("train", "plain", 10, 20)]
    lines = count_table(counts, "class", "in run.json")
    assert len({len(line) for line in lines}) == 1
    assert "\n" not in "".join(lines)


def test_tables_of_many_classes_are_folded_into_80_columns():
    counts = [
        Count("a split of a long name", f"class {n} {'x' * 60}", n, 2 * n) for n in range(600)
    ]
    lines = count_table([*counts, Count("test", "one", 5, 5)], "class", "by --json")
    assert len(lines) == 24
    assert max(map(len, lines)) <= 80
    assert lines[1].split()[-2:] == ["599", "1198"]
    assert "… 580 more by --json" in lines[11]
    assert lines[-1].split() == ["total", str(sum(range(600)) + 5), str(sum(range(600)) * 2 + 5)]


def test_a_plan_of_many_classes_says_what_tells_all_of_them(tmp_path):
    make_photos(tmp_path / "in", {f"class {n}": 1 for n in range(41)})
    recipe = write_recipe(tmp_path / "in", tmp_path / "out")
    assert "… 21 more by --json" in augment("plan", recipe).stdout
    assert "class 40" in augment("plan", recipe, "--json").stdout


def test_very_long_names_are_shortened_in_tables_alone(tmp_path):
    label = "a" * 100 + "b" * 60
    run(make_photos(tmp_path / "in", {label: 1}), tmp_path / "out")
    shown = augment("plan", tmp_path / "out.yaml").stdout
    assert f"{'a' * 27}…{'b' * 12} " in shown
    assert label not in shown
    assert label in (tmp_path / "out/run.json").read_text()


def _prints(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"echo", "secho", "write"}:
            named = ast.unparse(node)
            if named in {"click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write"}:
                yield named
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from {node.func.id} & {"print", "echo"}


MAKERS_OF_PAGES = {
    *("commands/catalogue.py", "commands/codes.py", "commands/reference.py"),
    *("others/page.py", "text/language/make_lexicon.py"),
}
"""Run by `make` alone, with nothing of a user's."""


def test_there_is_one_door():
    root = Path(augcli.__file__).parent
    found = {
        path.relative_to(root).as_posix(): told
        for path in root.rglob("*.py")
        if path.name != "terminal.py" and (told := list(_prints(ast.parse(path.read_text()))))
    }
    assert found.keys() <= MAKERS_OF_PAGES | {"__main__.py"}  # interrupted before the door is there

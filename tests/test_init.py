"""What `init` writes can be checked, planned and run, for every dataset there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from datasets import names_of_data
from helpers import augment, environment, finished, make_photos, write

from augcli.commands.check import findings
from augcli.commands.forecast import forecast
from augcli.commands.init import starter
from augcli.engines.local import make_engine
from augcli.errors import FindingsError, RecipeError, UsageError
from augcli.recipe import load_recipe
from augcli.run import run

FILES = list(map(PurePosixPath, names_of_data()))
ALL = [
    *sorted({each.parts[0] for each in FILES}),
    *sorted({"/".join(each.parts[:2]) for each in FILES if each.parts[0] == "timeseries_ucr"}),
    *sorted(
        str(each)
        for each in FILES
        if len(each.parts) == 2
        and (each.suffix in (".csv", ".tsv") or each.name in ("dev.txt", "class.txt"))
        and each.name != "INDEX.csv"
    ),
]
NO_RECIPE = {
    "mnist_t10k": "no pictures, series, texts or tables",
}
"""What is no dataset, and what `init` says of it."""
HOURS = "times in 'year', 'month', 'day', 'hour' rise evenly from row to row"
ASKED = {
    "timeseries_csv": HOURS,
    "timeseries_csv/pollution.csv": HOURS,
    "cones_yolo": "data.yaml: train: there are no pictures in ../train",
    "text_chinese_headlines": "dev.txt looks like a split but class.txt beside it does not",
}
"""What is not told by any name, and what `init` asks."""
GUESSED = {"tabular/abalone.csv", "tabular/auto_imports.csv", "tabular/breast-cancer.csv"}
"""What has a best guess beside the question: no header, and two columns that may be the class."""
UNUSABLE = {"nasty_images"}
"""What has samples that cannot be used."""


LARGE = {
    *("bccd_voc", "clothing_small", "large_photos"),
    *("tabular/adult-train.csv", "tabular/abalone.csv", "tabular/mammography.csv"),
    *("timeseries_csv/pollution.csv", "timeseries_ucr/CBF", "text_german_10kgnad", "sign_digits"),
}
"""What takes seconds to look through."""


def settled(text: str) -> str:
    """Return a recipe of which a person has allowed leaks, and said that a lone file is train."""
    return text.replace("  #   leaks: allow", "  leaks: allow").replace("  # splits:", "  splits:")


def joined(text: str) -> str:
    """Return a recipe whose comments of several lines are one."""
    return text.replace("\n  #   ", " ")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.faults) if n in LARGE else n for n in ALL]
)
def test_what_init_writes_is_checked_and_planned(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    if name in NO_RECIPE:
        with pytest.raises(UsageError, match=NO_RECIPE[name]):
            starter(shared_data / name, tmp_path)
        return
    started = starter(shared_data / name, tmp_path)
    recipe = load_recipe(settled(started.text), "recipe", tmp_path)
    assert bool(started.questions) == (
        name in ASKED.keys() | GUESSED or settled(started.text) != started.text
    )
    if name in ASKED:
        assert ASKED[name] in joined(started.text)
        with pytest.raises(RecipeError):
            forecast(recipe)
        return
    assert forecast(recipe).work_remains
    # A damaged file is the dataset's fault, and a run does the others.
    errors = [each for each in findings(recipe) if each.severity == "error"]
    assert {each.code for each in errors} == ({"sample"} if name in UNUSABLE else set())


def test_a_table_of_times_and_numbers_is_one_series(shared_data: Path, tmp_path: Path) -> None:
    text = starter(shared_data / "timeseries_csv/airline-passengers.csv", tmp_path).text
    assert 'time: "Month"' in text
    summary = run(load_recipe(text, "recipe", tmp_path), make_engine(1, 60), lambda *_: None)
    assert summary.exit_code == 0
    assert [(count.before, count.after) for count in summary.counts] == [(1, 3)]


def test_texts_in_several_splits_are_told_in_the_recipe(tmp_path: Path) -> None:
    write(
        tmp_path / "in/train.tsv",
        "text\tlabel\nthe film was a great success\t1\nnever again for me\t0\n",
    )
    write(
        tmp_path / "in/test.tsv",
        "text\tlabel\nnobody liked the boring story\t0\nnever again for me\t0\n",
    )
    started = starter(tmp_path / "in", tmp_path)
    text, lines = started.text, started.text.splitlines()
    assert "#   train.tsv#1 'never again for me' = test.tsv#1 'never again for me'" in text
    assert ["run refuses this" in lines[at - 1] for at in started.questions] == [True]
    recipe = load_recipe(text, "recipe", tmp_path)
    assert recipe.dataset.leaks == "refuse"
    with pytest.raises(FindingsError, match="never again for me"):
        run(recipe, make_engine(1, 60), lambda *_: None)
    recipe = load_recipe(settled(text), "recipe", tmp_path)
    assert run(recipe, make_engine(1, 60), lambda *_: None).exit_code == 0


def test_what_no_new_rows_can_be_made_of_has_no_balance(tmp_path: Path) -> None:
    rows = "".join(f"key-{number},{number * 7 % 31}.5\n" for number in range(60))
    table = write(tmp_path / "keys.csv", f"name,value\n{rows}")
    text = starter(table, tmp_path).text
    assert re.search(r"# balance: .*no column is left to compare rows by", text)
    assert run(load_recipe(text, "r", tmp_path), make_engine(1, 60), lambda *_: None).exit_code == 0


SAID = ["big", "small", "odd", "new", "old", "red"]
TORN = {
    "texts": ("in.tsv", [f"{'ab'[len(w) % 2]}\tso {w} a thing we have never seen" for w in SAID]),
    "tables": ("in.csv", ["size,kind", *(f"{n}.5,{'ab'[n % 2]}" for n in range(20))]),
}


@pytest.mark.parametrize("kind", TORN)
def test_quotes_that_stand_open_are_taken_for_letters(tmp_path: Path, kind: str) -> None:
    name, lines = TORN[kind]
    head, mark, last = lines[-1].partition("\t" if kind == "texts" else ",")
    path = write(tmp_path / name, "\n".join([*lines, f'{head}{mark}"{last}']) + "\n")
    recipe = load_recipe(starter(path, tmp_path).text, "recipe", tmp_path)
    assert recipe.dataset.quote == ""
    assert [each for each in findings(recipe) if each.severity == "error"] == []
    assert run(recipe, make_engine(1, 60), lambda *_: None).exit_code == 0


def test_quotes_that_enclose_many_cells_stay_quotes(tmp_path: Path) -> None:
    rows = [f'{n}.5,"{"ab"[n % 2]}","x{n % 3}"' for n in range(20)]
    path = write(tmp_path / "in.csv", "\n".join(["size,kind,name", *rows, '3.5,"a","x1']) + "\n")
    assert "quote:" not in starter(path, tmp_path).text


def made(root: Path, *folders: str) -> Path:
    """Write three pictures into each folder."""
    make_photos(root, dict.fromkeys(folders, 3))
    return root


def test_what_is_told_to_type_next_is_what_a_shell_takes(tmp_path: Path) -> None:
    made(tmp_path / "my photos (1)", "train/it's & more", "test/it's & more")
    begun = augment("init", "my photos (1)", "-o", "a recipe.yaml", cwd=tmp_path)
    told = [line for line in begun.stderr.splitlines() if line.startswith("  ")]
    ran = shell(told.pop(), tmp_path)
    _, _, further = ran.stdout.partition("look further:\n")
    told += further.splitlines()
    assert [line.count("my photos (1)") for line in told] == [0, 0, 1, 1, 1], ran.stderr
    assert [shell(line, tmp_path).returncode for line in told] == [0] * 5, told


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a person would who copies it."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return finished(["sh", "-c", line], cwd=folder, env=environment(PATH=path))


def test_init_writes_a_file_whose_paths_start_from_it(tmp_path: Path) -> None:
    made(tmp_path / "data/in", "train/a", "train/b", "val/a", "val/b")
    done = augment("init", "data/in", "-o", "data/recipe.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "recipe.yaml; next:" in done.stderr
    lines = (tmp_path / "data/recipe.yaml").read_text().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=recipe.schema.json"
    assert '  path: "in"' in lines[5]
    assert '  path: "build/in"' in lines
    assert augment("run", "data/recipe.yaml", cwd=tmp_path).returncode == 0
    again = augment("init", "data/in", "-o", "data/recipe.yaml", cwd=tmp_path)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_a_path_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    made(tmp_path / "photos", "train/a", "train/b")
    done = augment("init", "photso", cwd=tmp_path)
    assert (done.returncode, "; did you mean 'photos'?" in done.stderr) == (2, True)
    done = augment("init", "photos", "-o", "r/x.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "augment: cannot write r/x.yaml: there is no folder r\n"


@pytest.mark.parametrize("here", ["in", "in/train", "."])
def test_init_of_the_folder_around_writes_beside_it(tmp_path: Path, here: str) -> None:
    made(tmp_path / "in", "train/a", "train/b", "val/a", "val/b")
    text = starter(tmp_path / "in", tmp_path / here).text
    recipe = load_recipe(text, "recipe", tmp_path / here)
    assert recipe.input == tmp_path / "in"
    assert recipe.output_folder == tmp_path / "build/in"
    inside = augment("init", ".", "-o", "r.yaml", cwd=tmp_path / "in")
    assert (inside.returncode, "-o ../r.yaml" in inside.stderr) == (2, True)


def test_init_is_told_kind_and_label(tmp_path: Path) -> None:
    rows = "".join(f"{n % 3},{n * 7 % 11},so it goes on and on {n}\n" for n in range(40))
    table = write(tmp_path / "t.csv", f"a,b,c\n{rows}")
    assert "kind: text" in starter(table, tmp_path).text
    text = starter(table, tmp_path, kind="tabular", label="a").text
    assert "kind: tabular" in text
    assert 'label: "a"    # 0 14' in text
    assert "# a guess; " in starter(table, tmp_path, kind="tabular").text
    with pytest.raises(UsageError, match=r"no column 'd'; did you mean|no column 'd'"):
        starter(table, tmp_path, kind="tabular", label="d")


@pytest.mark.parametrize(
    ("head", "label"), [("customer,plan,churned,age", "churned"), ("x,y,z,label", "label")]
)
def test_the_surest_name_of_a_label_is_guessed(tmp_path: Path, head: str, label: str) -> None:
    rows = "".join(f"C{n:03d},{'abc'[n % 3]},{n % 4 == 0},{n * 37 % 97}\n" for n in range(99))
    text = starter(write(tmp_path / "t.csv", f"{head}\n{rows}"), tmp_path, kind="tabular").text
    assert f'label: "{label}"    # a guess' in text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.zip", b"PK\5\6" + bytes(18), "is packed; unpack it"),
        ("in/train/a/00.png", None, "is one picture; give the folder"),
        ("boxes.json", b'{"images": [], "annotations": [], "categories": []}', "give the folder"),
    ],
)
def test_init_says_what_to_give_instead(
    tmp_path: Path, name: str, data: bytes | None, said: str
) -> None:
    made(tmp_path / "in", "train/a")
    path = write(tmp_path / name, data) if data else tmp_path / name
    with pytest.raises(UsageError, match=said):
        starter(path, tmp_path)


def test_a_kind_that_is_not_there_is_said_not_to_be(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/a": 1})
    with pytest.raises(UsageError, match=r"there are no .* at .*in; it has files ending in .png"):
        starter(tmp_path / "in", tmp_path, kind="tabular")


@pytest.mark.parametrize(
    ("description", "row", "place"),
    [
        (
            "kpt_shape: [2]\n",
            "0 .5 .5 .4 .6 .4 .5 2 .6 .5 2",
            "data.yaml:3: `kpt_shape` is how many",
        ),
        (
            "kpt_shape: [2, 3]\n",
            "0 .5 .5 .4 .6 .4 .5 2 .6 .5",
            "00.txt:1: 10 columns; with `kpt_shape",
        ),
        ("", "cat .5 .5 .4 .6", "labels/train/00.txt:1: 'cat' is no number"),
    ],
)
def test_labels_that_are_broken_are_told_with_file_and_line(
    tmp_path: Path, description: str, row: str, place: str
) -> None:
    make_photos(tmp_path / "in/images/train", {".": 1})
    write(tmp_path / "in/labels/train/00.txt", f"{row}\n")
    write(tmp_path / "in/data.yaml", f"train: images/train\nnames: [cat]\n{description}")
    found = starter(tmp_path / "in", tmp_path)
    asked = " ".join(line.removeprefix("  #").strip() for line in found.text.splitlines())
    assert found.questions
    assert "`format: yolo` under `dataset` reads them once this is mended" in asked
    assert place in asked


HOSTILE = [
    "na:me",
    "two\nlines",
    "\U0001f600",
    "#no 'comment' \"",
    "{a: [b]}",
    "- x",
    "%TAG",
    "!x &y",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_yaml_has_other_uses_for(tmp_path: Path, name: str) -> None:
    make_photos(tmp_path / name, {f"{name}{at}": 2 for at in range(2)})
    (tmp_path / name / "again").symlink_to(tmp_path / name)
    started = starter(tmp_path / name, tmp_path)
    assert not started.questions
    recipe = load_recipe(started.text, "recipe", tmp_path)
    assert not {"recipe", "sample"} & {each.code for each in findings(recipe)}


def test_pictures_beside_folders_of_classes_are_of_no_class(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"a": 5, "b": 50, ".": 1})
    text = starter(tmp_path / "in", tmp_path).text
    assert "\nbalance: {target: max}    # classes have 5 to 50" in text


def test_a_question_shows_every_letter_of_a_name(tmp_path: Path) -> None:
    root = made(tmp_path / "in", "train/a", "train/b", "te\nst\x1b/a")
    text = starter(root, tmp_path).text
    assert r"but te\nst\x1b beside it does not" in joined(text)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("pen.tra", b"1,2,3\n4,5,6\n7,8,9\n", "pen.tra looks like a table: give such files names"),
        ("all.json", b'{"train": [["a tall tree", "x"]]}', "JSON of this form is not read"),
        ("nlu.yml", b"nlu:\n- intent: greet\n", "YAML is not read: write its texts"),
        ("100.hea", b"100 2 360 650000\n", "WFDB is not read: write its signals into .csv"),
        ("S001.edf", b"0       X\0", "EDF is not read: write its signals into .csv"),
        ("lines.xyz", b"a tall tree\nmore of them\n", "if each line is a text, say `--kind text`"),
    ],
)
def test_what_no_kind_reads_is_told_a_way_out(
    tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=re.escape(told)):
        starter(tmp_path, tmp_path)


def test_a_test_set_whose_rows_are_all_in_train_is_no_idle_file(tmp_path: Path) -> None:
    rows = [f"{n},{n * 7 % 31},{'yn'[n % 2]}\n" for n in range(60)]
    write(tmp_path / "train.csv", "age,sum,y\n" + "".join(rows))
    write(tmp_path / "test.csv", "age,sum,y\n" + "".join(rows[:9]))
    text = starter(tmp_path, tmp_path).text
    assert "exclude:" not in text
    assert "9 rows of an augmented split are also in another split" in text

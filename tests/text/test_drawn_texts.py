"""Splits are drawn for texts that share a file: each becomes a file for each split, row by row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest
from helpers import augment, manifest, recipe_text, run, tree, write

import augcli
from augcli.commands.explain import record_of
from augcli.commands.replay import replay
from augcli.errors import RecipeError, UsageError
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.open import open_file

WORDS = ["so", "it", "goes", "on", "and", "on", "in", "the", "old", "house", "by", "the", "sea"]


def sentence(number: int) -> str:
    return f"{WORDS[number % 12]} {WORDS[number // 3 % 12]} the {number} of them went home"


ROWS = [(sentence(n), "xy"[n % 3 > 1], f"g{n // 5}") for n in range(60)]
HEAD, LINES = "text;label;who", [f'"{text},\n again";{label};{who}' for text, label, who in ROWS]


def table(root: Path) -> None:
    write(root / "t.csv", "\ufeff" + "\r\n".join([HEAD, *LINES]) + "\r\n")


def jsonl(root: Path) -> None:
    rows = (dict(zip(("text", "label", "who"), each, strict=True)) for each in ROWS)
    write(root / "t.jsonl", "".join(json.dumps(each) + "\n" for each in rows))


def parquet(root: Path) -> None:
    root.mkdir(parents=True)
    pl.DataFrame(ROWS, ("text", "label", "who"), orient="row").write_parquet(root / "t.parquet")


def lines(root: Path) -> None:
    for label in "xy":
        write(root / f"all.{label}", "".join(f"{text}\n" for text, own, _ in ROWS if own == label))


LABELLED = {"text": "text", "label": "label"}


def begun(begin: str) -> Callable[[Path], None]:
    """Return a writer of lines that begin with their class."""
    told = "".join(f"{begin.format(label, 'xy'.index(label))} {text}\n" for text, label, _ in ROWS)
    return lambda root: write(root / "all.txt", told)


def one_each(root: Path) -> None:
    for label in "xy":
        write(root / f"{label}.txt", "".join(f"{t}\n" for t, own, _ in ROWS if own == label))


FORMS = {
    "csv": (table, LABELLED),
    "jsonl": (jsonl, LABELLED),
    "parquet": (parquet, LABELLED),
    "lines": (lines, {"format": "lines"}),
}


def made(tmp_path: Path, form: str, **split: object) -> tuple[Path, dict[str, dict[str, int]]]:
    """Run on texts of a form; return the output, and class → samples by split."""
    writer, keys = FORMS[form]
    if not (tmp_path / "in").exists():
        writer(tmp_path / "in")
    dataset = {"kind": "text", **keys, "split": {"test": 0.2, **split}}
    told = run(tmp_path / "in", tmp_path / "out", dataset=dataset, steps=["random_swap"], copies=1)
    assert told.exit_code == 0, told.failures
    counts: dict[str, dict[str, int]] = {}
    for count in told.counts:
        counts.setdefault(count.split, {})[str(count.label)] = count.before
    return tmp_path / "out", counts


@pytest.mark.parametrize("form", FORMS)
def test_rows_are_parted_class_by_class_and_made_again(tmp_path: Path, form: str) -> None:
    output, counts = made(tmp_path, form)
    assert counts == {"test": {"x": 8, "y": 4}, "train": {"x": 32, "y": 16}}
    new = Counter[str]()
    for record in manifest(output):
        assert record["output"] == f"{record['split']}/{record['source']}"
        new[record["split"]] += record["synthetic"]
    assert new == {"test": 0, "train": 48}
    before = tree(output)
    done = augment("replay", output, "-o", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    again = {path: digest for path, digest in tree(tmp_path / "again").items() if "/" in path}
    assert again == {path: digest for path, digest in tree(output).items() if "/" in path}
    assert made(tmp_path, form)[1] == counts
    assert tree(output) == before


TEXT_FILES = {
    "fasttext": (begun("__label__{0}"), "xy"),
    "trec": (begun("AB:{0}"), ("AB:x", "AB:y")),
    "numbers": (begun("{1}"), "01"),
    "files": (one_each, "xy"),
}


@pytest.mark.parametrize("form", ("auto", "lines"))
@pytest.mark.parametrize("writer, labels", TEXT_FILES.values(), ids=TEXT_FILES)
def test_lines_in_text_files_keep_their_classes(
    tmp_path: Path, form: str, writer: Callable[[Path], None], labels: Sequence[str]
) -> None:
    writer(tmp_path / "in")
    dataset = {"kind": "text", "format": form, "split": {"test": 0.2}}
    told = run(tmp_path / "in", tmp_path / "out", dataset=dataset, steps=["random_swap"], copies=1)
    counts = {(each.split, each.label): each.before for each in told.counts}
    x, y = labels
    assert counts == {("test", x): 8, ("test", y): 4, ("train", x): 32, ("train", y): 16}
    before, after = (
        {
            " ".join(sorted(line.split()))
            for path in folder
            for line in path.read_text().splitlines()
        }
        for folder in ((tmp_path / "in").iterdir(), tmp_path.glob("out/*/*.txt"))
    )
    assert before == after


def test_few_lines_of_many_classes_are_read_as_all_are(tmp_path: Path) -> None:
    lines = [f"{chr(65 + n % 6) * 2}:a {sentence(n)}\n" for n in range(24)]
    write(tmp_path / "in.txt", "".join(lines))
    dataset = {"kind": "text", "split": {"test": 0.25}}
    told = run(tmp_path / "in.txt", tmp_path / "out", dataset=dataset, steps=["random_swap"])
    assert [each.label for each in told.counts] == 2 * [f"{c}{c}:a" for c in "ABCDEF"]


def test_rows_are_those_of_the_source_and_tell_which(tmp_path: Path) -> None:
    output, _ = made(tmp_path, "csv")
    source = (tmp_path / "in/t.csv").read_bytes()
    start = b"\xef\xbb\xbf" + HEAD.encode() + b"\r\n"
    parts = [(output / name / "t.csv").read_bytes() for name in ("test", "train")]
    assert all(part.startswith(start) for part in parts)
    assert all(part.count(line.encode()) == 1 for line in LINES for part in [parts[0] + parts[1]])
    assert (output / "test/t.csv").read_bytes().count(b"\r\n") == 13
    first = augment("explain", output / "test/t.csv", 0).stdout
    row = int(first.split("t.csv#")[2].split()[0])
    assert LINES[row].encode() in parts[0]
    own = [source.index(each.encode()) for each in LINES if each.encode() in parts[0]]
    assert source.index(LINES[row].encode()) == min(own)


def test_groups_and_equal_texts_stay_together(tmp_path: Path) -> None:
    output, _ = made(tmp_path, "jsonl", group="who", stratify=False)
    told = {
        name: {
            json.loads(line)["who"] for line in (output / name / "t.jsonl").read_text().splitlines()
        }
        for name in ("test", "train")
    }
    assert len(told["test"]) in range(1, 4)
    assert not told["test"] & told["train"]
    write(tmp_path / "same/t.csv", "text,label\n" + "so it goes on,x\nit went on and on,y\n" * 20)
    with pytest.raises(RecipeError, match="leave none for"):
        run(
            tmp_path / "same",
            tmp_path / "none",
            steps=["random_swap"],
            dataset={"kind": "text", **LABELLED, "split": {"test": 0.2}},
        )


def test_names_that_tell_splits_leave_none_to_draw(tmp_path: Path) -> None:
    write(tmp_path / "in/t_train.csv", "text,label\nso it goes,x\nit went on,y\n")
    write(tmp_path / "in/t_test.csv", "text,label\nso it goes on,x\nit went on home,y\n")
    with pytest.raises(RecipeError, match=r"t_test\.csv is test by its name"):
        run(
            tmp_path / "in",
            tmp_path / "out",
            steps=["random_swap"],
            dataset={"kind": "text", **LABELLED, "split": {"test": 0.2}},
        )


def test_a_table_of_originals_that_is_wrong_is_told(tmp_path: Path) -> None:
    output, _ = made(tmp_path, "jsonl")
    path = output / "originals.parquet"
    told = pl.read_parquet(path).with_columns(source_row=pl.lit(999, pl.UInt32))
    told.write_parquet(path)
    done = augment("replay", output, "-o", tmp_path / "again")
    assert done.returncode in (1, 2, 4)
    assert "bug" not in done.stderr


def test_new_texts_name_the_row_of_the_dataset_that_they_are_made_of(tmp_path: Path) -> None:
    output, _ = made(tmp_path, "csv")
    source = open_file(
        Source("t.csv", "", (tmp_path / "in/t.csv").read_bytes()),
        TextDatasetSettings.model_validate({"path": "", **LABELLED}),
        {},
    )
    told = pl.read_parquet(output / "provenance.parquet")
    for base, steps in told.select("base", "steps").iter_rows():
        name, _, row = base.partition("#")
        before = source.row(int(row)).text
        assert name == "t.csv"
        for start, end, new in json.loads(steps)[0]["params"]["edits"]:
            assert before[start:end] != new
    own = {f"t.csv#{row}" for row in pl.read_parquet(output / "originals.parquet")["source_row"]}
    assert set(told["base"]) < own
    assert len(set(told["base"])) == 48


def test_texts_whose_split_is_drawn_are_judged(tmp_path: Path) -> None:
    table(tmp_path / "in")
    dataset = {"kind": "text", **LABELLED, "split": {"test": 0.2}}
    text = recipe_text(
        tmp_path / "in", tmp_path / "out", dataset=dataset, steps=["random_swap"], copies=2
    )
    recipe = augcli.load_recipe(write(tmp_path / "recipe.json", text))
    told = augcli.evaluate(recipe, repeats=1)
    assert (told.extent.sources, told.extent.rows) == (48, 144)


@pytest.mark.parametrize("damage", ["a line less", "none"])
def test_originals_that_are_not_told_of_are_no_bug(tmp_path: Path, damage: str) -> None:
    output, _ = made(tmp_path, "csv")
    path = output / "originals.parquet"
    told = pl.read_parquet(path)
    last = pl.col("row") == pl.col("row").max().over("output")
    if damage == "none":
        path.unlink()
    else:
        told.filter(~last).write_parquet(path)
        with pytest.raises(UsageError, match="tells of 47 originals"):
            record_of(output / "train/t.csv", 47)
    with pytest.raises(UsageError, match=r"originals\.parquet is"):
        list(replay(output, tmp_path / "again", None, None))

"""What people look at: starter recipe, preview, report. They tell of the data that is there."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from helpers import augment, make_photos, recipe_text, run, write
from PIL import Image

from augcli.commands.forecast import forecast
from augcli.commands.init import starter
from augcli.commands.page import Histogram, page
from augcli.commands.preview import preview
from augcli.engines.local import make_engine
from augcli.errors import StorageError, UsageError
from augcli.recipe import load_recipe
from augcli.records.row_records import RowRecord
from augcli.rows.tables import PROVENANCE, Stories, arranged, parquet_of
from augcli.run import run as run_recipe

COUNTS = {"train/cat": 4, "train/<dog>": 2, "val/cat": 1}


class Elements(HTMLParser):
    """Collects the start tags of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    make_photos(tmp_path / "in", COUNTS)
    write(tmp_path / "in/train/cat/broken.png", b"not a picture")
    return write(tmp_path / "recipe.yaml", recipe_text(tmp_path / "in", tmp_path / "out"))


def test_report_is_one_page_that_loads_nothing_and_tells_all(recipe_file: Path) -> None:
    assert augment("run", recipe_file).returncode == 3
    text = page(recipe_file.parent / "out")
    elements = Elements(text).found
    sources = [value for _, attrs in elements for key, value in attrs.items() if key == "src"]
    assert sources, "the gallery has pictures"
    assert all(str(source).startswith("data:image/") for source in sources)
    assert not {tag for tag, _ in elements} & {"link", "iframe", "dog"}
    assert [attrs for tag, attrs in elements if tag == "script"] == [{}], "ours, inline"
    assert "&lt;dog&gt;" in text
    assert "broken.png" in text
    assert "rotate.degrees" in text


def test_report_reads_the_stories_of_rows_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"the film number {number} was good,{number % 2}\n" for number in range(9))
    for name in ("a", "b"):
        write(tmp_path / f"in/{name}.csv", f"text,label\n{rows}")
    dataset = {"kind": "text", "label": "label"}
    run(tmp_path / "in", tmp_path / "out", dataset=dataset, steps=["random_swap"])
    read: list[int] = []

    def counted(stories: Stories) -> Iterator[RowRecord]:
        lines = list(each(stories))
        read.append(len(lines))
        yield from lines

    each = Stories.__iter__
    monkeypatch.setattr(Stories, "__iter__", counted)
    text = page(tmp_path / "out")
    assert read == [36]
    assert '<td>random_swap</td><td class="n">36</td>' in text
    assert text.count("<ins>") >= 8


def test_report_tells_the_size_of_a_sample(tmp_path: Path) -> None:
    """Few rows of a base are looked at, and each class is, however many rows others have."""
    rows = [("a", base) for base in range(40) for _ in range(5)] + [("rare", 90)] * 300
    lines = pl.DataFrame(
        {
            "base": [f"in.csv#{base}" for _, base in rows],
            "copy": range(len(rows)),
            "label": [label for label, _ in rows],
            "split": "train",
            "steps": "[]",
        }
    )
    write(tmp_path / PROVENANCE, b"".join(parquet_of([arranged(lines, "out.csv", 100)])))
    assert len([*Stories(tmp_path, 1000)]) == 500
    assert not Stories(tmp_path, 1000).said
    some = Stories(tmp_path, 50)
    bases = Counter(row.base for row in some)
    assert {f"in.csv#{base}": 5 for base in [*range(8), 10, 20, 30]} | {"in.csv#90": 64} == bases
    assert some.said == "of a sample of 119 of 500 new rows"


def test_report_needs_a_finished_run(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no finished run"):
        page(tmp_path)


def test_histograms_count_every_value() -> None:
    histogram = Histogram("rotate.degrees")
    values = [-3.0, 0.0, 1.5, 7.0, 7.0]
    for value in values:
        histogram.take(value)
    assert (histogram.low, histogram.high, sum(histogram.bins)) == (-3.0, 7.0, len(values))
    assert (histogram.bins[0], histogram.bins[-1]) == (1, 2)


@pytest.mark.parametrize(
    ("asked", "ends"),
    [([-10, 10], (-10, 10)), ([0, 2], (-3, 7)), ([math.nan, math.inf], (-3, 7)), ("x", (-3, 7))],
)
def test_the_axis_of_a_histogram_has_all_that_was_asked_for(
    asked: object, ends: tuple[float, float]
) -> None:
    histogram = Histogram("rotate.degrees", asked=asked)
    for value in (-3.0, 2.0, 7.0):
        histogram.take(value)
    assert histogram.ends == ends
    assert sum(histogram.bins) == 3
    assert bool(histogram.bins[0]) == (ends == (-3, 7))


def test_histograms_of_very_many_values_hold_few() -> None:
    histogram = Histogram("rotate.degrees")
    for number in range(240_000):
        histogram.take(number % 24)
    assert (histogram.low, histogram.high) == (0, 23)
    assert 2_000 < sum(histogram.bins) <= 10_000


def test_preview_is_the_same_every_time_and_as_large_as_asked(recipe_file: Path) -> None:
    recipe = load_recipe(recipe_file.read_text(), str(recipe_file), recipe_file.parent)
    sheet = preview(recipe, sources=2, copies=3)
    assert sheet == preview(recipe, sources=2, copies=3)
    narrow, wide = (Image.open(io.BytesIO(preview(recipe, 2, copies))) for copies in (1, 3))
    assert wide.width > narrow.width
    assert wide.height == narrow.height or wide.height > 400


def test_preview_draws_what_a_run_makes(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", {"train/cat": 1})
    text = recipe_text(tmp_path / "in", tmp_path / "out", copies=1, steps=["invert"])
    recipe = load_recipe(text, "recipe", tmp_path)
    sheet = Image.open(io.BytesIO(preview(recipe, 1, 1))).convert("RGB")
    source = Image.open(tmp_path / "in/train/cat/00.png").convert("RGB")
    boxes = [(x, 12, x + 200, 212) for x in (12, 224)]
    original, inverted = (sheet.crop(box) for box in boxes)
    x, y = (200 - source.width) // 2, 1
    for dx, dy in ((0, 0), (5, 7), (source.width - 1, source.height - 1)):
        pixel = source.getpixel((dx, dy))
        assert isinstance(pixel, tuple)
        assert original.getpixel((x + dx, y + dy)) == pixel
        assert inverted.getpixel((x + dx, y + dy)) == tuple(255 - value for value in pixel)


@pytest.mark.parametrize(
    ("counts", "expected", "unexpected"),
    [
        (
            COUNTS,
            ["augment: [train]", "\nbalance: {target: max}", "- horizontal_flip"],
            ["# - hor"],
        ),
        ({"left_hand": 2, "right_hand": 2}, ["# - horizontal_flip", "# balance"], ["augment:"]),
        ({"3": 2, "8": 1}, ["# - horizontal_flip", "nothing is held out"], []),
    ],
)
def test_starter_recipes_fit_and_load(
    tmp_path: Path, counts: dict[str, int], expected: list[str], unexpected: list[str]
) -> None:
    text = starter(make_photos(tmp_path / "in", counts), tmp_path).text
    assert all(part in text for part in expected), text
    assert not any(part in text for part in unexpected), text
    recipe = load_recipe(text, "recipe", tmp_path)
    assert recipe.input == tmp_path / "in"
    assert re.search(r"found \d+ in train", text)


def test_no_starter_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no pictures, series, texts or tables"):
        starter(tmp_path, tmp_path)


STARTERS = {
    "penguins_csv/penguins.csv": ["kind: tabular", 'label: "species"', "Adelie 152", "smote,"],
    "penguins_csv/penguins_raw.csv": ["kind: tabular", 'label: "Species"', "split:"],
    "tabular/adult-train.csv": ["kind: tabular", "label: 14", ">50K ", "smote,"],
    "tabular/abalone.csv": ["kind: tabular", "label: 8", "and 20 more", "smogn"],
    "text_sms_spam": ["kind: text", "text: 1 ", "label: 0 "],
    "text_movie_cp1252": ["kind: text", "format: lines"],
    "timeseries_ucr/GunPoint/GunPoint_TRAIN.ts": ["kind: timeseries"],
    "sign_digits": ["rotate"],
}


@pytest.mark.parametrize("name", STARTERS)
def test_starter_recipes_of_all_kinds_run(shared_data: Path, tmp_path: Path, name: str) -> None:
    text = starter(shared_data / name, tmp_path).text
    assert all(part in text for part in STARTERS[name]), text
    recipe = load_recipe(text, "recipe", tmp_path)
    plan = forecast(recipe)
    assert plan.work_remains
    if recipe.dataset.kind == "tabular":
        summary = run_recipe(recipe, make_engine(1, 60), lambda *_: None)
        assert {count.split for count in summary.counts} == {"train", "test"}
        assert summary.exit_code == 0, summary.failures[:3]


def test_a_lone_file_that_is_held_out_by_its_name_is_asked_about(
    shared_data: Path, tmp_path: Path
) -> None:
    text = starter(shared_data / "text_chinese_headlines/dev.txt", tmp_path).text
    assert "# question: no-such-split: the dataset has no split 'train' (it has val)" in text
    answered = text.replace("# splits: {dev.txt: train}", "splits: {dev.txt: train}")
    assert forecast(load_recipe(answered, "recipe", tmp_path)).work_remains


def test_a_starter_for_class_folders_of_texts(tmp_path: Path) -> None:
    write(tmp_path / "in/train/a/1.txt", "The film was a great success.")
    write(tmp_path / "in/train/b/2.txt", "Nobody liked the boring story.")
    write(tmp_path / "in/train/b/empty.txt", "")
    recipe = load_recipe(starter(tmp_path / "in", tmp_path).text, "recipe", tmp_path)
    assert forecast(recipe).work_remains
    assert "format: folders" in starter(tmp_path / "in", tmp_path).text


def test_of_tables_that_do_not_match_one_is_taken(shared_data: Path, tmp_path: Path) -> None:
    text = starter(shared_data / "penguins_csv", tmp_path).text
    assert 'include: ["penguins_raw.csv"]    # a guess, one of 2: ' in text
    assert "has other columns than penguins.csv" in text

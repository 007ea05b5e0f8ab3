"""Small datasets in the places and forms of the real ones, for machines that do not have these.

All of it is made up here, but for the penguins and CBF, which are those of `sample_data`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import cycle
from pathlib import Path

import numpy as np
from stand_in_pictures import pictures

SAMPLES = Path(__file__).parents[1] / "sample_data"
Files = Iterator[tuple[str, bytes]]


@cache
def stand_ins() -> dict[str, bytes]:
    """Return path → content of all files."""
    makers: Sequence[Callable[[], Files]] = (penguins, tables, texts, ucr, measurements, pictures)
    return {name: data for maker in makers for name, data in maker()}


def lines(rows: Iterable[Sequence[object]], mark: str = ",", end: str = "\n") -> bytes:
    return "".join(f"{mark.join(map(str, row))}{end}" for row in rows).encode()


def penguins() -> Files:
    """Yield the penguins, and the same as a table whose header has spaces and brackets."""
    data = (SAMPLES / "tables/penguins.csv").read_bytes()
    yield "penguins_csv/penguins.csv", data
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\n")
    out.writerow(
        [
            *("studyName", "Sample Number", "Species", "Region", "Island", "Stage"),
            *("Individual ID", "Clutch Completion", "Date Egg", "Culmen Length (mm)"),
            *("Culmen Depth (mm)", "Flipper Length (mm)", "Body Mass (g)", "Sex", "Comments"),
        ]
    )
    for number, row in enumerate(csv.DictReader(io.StringIO(data.decode()))):
        out.writerow(
            [
                *(f"PAL{row['year'][2:]}", number % 150 + 1, f"{row['species']} (a penguin)"),
                *("Anvers", row["island"], "Adult, 1 Egg Stage", f"N{number // 2}A{number % 2}"),
                *("No" if number % 9 == 0 else "Yes", f"{row['year']}-11-{number % 28 + 1:02d}"),
                *(row[f"{name}_mm"] for name in ("bill_length", "bill_depth", "flipper_length")),
                *(row["body_mass_g"], row["sex"].upper(), "NA" if number % 7 else "Not sampled."),
            ]
        )
    yield "penguins_csv/penguins_raw.csv", buffer.getvalue().encode()


def tables() -> Files:
    """Yield tables without a header, each with the oddities of one that is well known."""
    rng = np.random.default_rng(0)

    def near(count: int, centres: Sequence[float], width: int) -> np.ndarray:
        return rng.normal(np.resize(centres, count)[:, None], 1.0, (count, width))

    def of(name: str, values: np.ndarray, labels: Sequence[object], form: str) -> tuple[str, bytes]:
        numbers = ([format(each, form) for each in row] for row in values)
        rows = ([*row, label] for row, label in zip(numbers, labels, strict=True))
        return f"tabular/{name}.csv", lines(rows)

    sides = ["'1'" if number % 20 == 0 else "'-1'" for number in range(400)]
    yield of("mammography", near(400, [0, 1, 2], 6), sides, ".8f")
    sites = ["cp"] * 40 + ["im"] * 25 + ["pp"] * 15 + ["om"] * 8
    yield of("ecoli", near(88, [0, 2, 4, 6], 7) / 9, sites, ".2f")
    signs = [int(number % 3 == 0) for number in range(200)]
    yield of("phoneme", near(200, [2, 0, 1], 5), signs, ".3f")
    yield of("pima-indians-diabetes", 9 + near(200, [3, 1, 2], 8), signs, ".1f")
    kinds = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"] * 30
    yield of("iris", 5 + near(90, [0, 2, 4], 4), kinds, ".1f")
    survived = [2 if number % 4 == 0 else 1 for number in range(306)]
    ages = np.abs(rng.normal(50, 12, (306, 3)) - [0, -10, 45]).round()
    yield of("haberman", ages, survived, ".0f")
    rings = rng.permutation(np.r_[np.arange(1, 29), rng.binomial(28, 0.35, 4149).clip(1, 28)])
    sizes = (rings / 40 + rng.normal(0, 0.03, 4177)).round(3).tolist()
    sexes, more = ["MFI"[row % 3] for row in range(4177)], rng.uniform(0.1, 1, (4177, 6)).round(4)
    shells = zip(sexes, sizes, more.tolist(), rings.tolist(), strict=True)
    yield "tabular/abalone.csv", lines([sex, size, *row, ring] for sex, size, row, ring in shells)
    yield "tabular/breast-cancer.csv", lines(_quoted(rng))
    yield "tabular/adult-train.csv", lines(_people(rng), ", ") + b"\n"
    yield "tabular/auto_imports.csv", lines(_cars(rng))


def _quoted(rng: np.random.Generator) -> Iterator[list[str]]:
    """Yield rows of categories in quotes, of which some are missing."""
    for number in range(286):
        rare = number * 85 % 286 < 85
        letters = rng.choice(list("abc"), 9, p=[0.25, 0.5, 0.25] if rare else None)
        cells = [f"'{letter}{at}-{at + 9}'" for at, letter in enumerate(letters)]
        if number % 40 == 0:
            cells[4] = "nan"
        yield [*cells, "'recurrence'" if rare else "'no-recurrence'"]


def _people(rng: np.random.Generator) -> Iterator[list[object]]:
    """Yield rows of numbers and texts, `?` for what is missing."""
    work, school = ["Private", "State-gov", "?"], ["HS-grad", "Bachelors", "Masters"]
    for number in range(1200):
        rich = number % 4 == 0
        yield [
            *(int(rng.integers(18, 70) + 9 * rich), work[rng.integers(3)]),
            *(int(rng.integers(20_000, 300_000)), school[rng.integers(1 + 2 * rich)]),
            *(int(rng.integers(5, 12) + 4 * rich), "Married" if rng.random() < 0.6 else "Divorced"),
            *("Sales", "Husband" if rich else "Own-child", "White", "Male"),
            *(int(rng.integers(0, 3) * 1000), 0, int(rng.integers(20, 60)), "United-States"),
            ">50K" if rich else "<=50K",
        ]


def _cars(rng: np.random.Generator) -> Iterator[list[object]]:
    """Yield rows of numbers and texts with a price at the end."""
    for number in range(120):
        size = float(rng.normal(170, 10))
        makes, fuel = ["audi", "bmw", "volvo"][number % 3], "gas" if number % 4 else "diesel"
        gap = "?" if number % 11 == 0 else int(rng.integers(90, 200))
        yield [number % 5 - 2, gap, makes, fuel, f"{size:.1f}", int(size * 80 + rng.normal(0, 300))]


GOOD = ["good", "kind", "warm", "bright", "funny", "clever", "lively", "fresh"]
POOR = ["poor", "dull", "flat", "stale", "boring", "weak", "clumsy", "tired"]
THINGS = ["film", "story", "plot", "actor", "scene", "music", "ending", "joke", "picture", "camera"]


def said(rng: np.random.Generator, words: Sequence[str]) -> str:
    one, two = rng.choice(words, 2, replace=False)
    this, that = rng.choice(THINGS, 2, replace=False)
    year = rng.integers(1900, 2020)
    return f"the {this} is {one} , and it's not the {two} {that} that we have seen in {year}"


def texts() -> Files:
    """Yield texts of several scripts, encodings and ways to write a table."""
    rng = np.random.default_rng(1)
    for end, words in (("pos", GOOD), ("neg", POOR)):
        ends = cycle(["", ", really", ", well, really"])
        some = "".join(f"{said(rng, words)} – café{next(ends)} {n} \n" for n in range(40))
        yield f"text_movie_cp1252/rt-polarity.{end}", some.encode("cp1252")
    for name, count in (("train", 60), ("dev", 20), ("test", 20)):
        rows = ([said(rng, (POOR, GOOD)[n % 2]), n % 2] for n in range(count))
        yield f"text_sst2/{name}.tsv", lines(rows, "\t")
    short = [[("ham", "spam")[n % 7 == 0], f"Ok {said(rng, GOOD)}... don't u"] for n in range(70)]
    short[5][1] = f'"{short[5][1]}" he said'
    short[9][1] = f'"{short[9][1]}'
    yield "text_sms_spam/sms.tsv", lines(short, "\t")
    yield from foreign()


def foreign() -> Files:
    """Yield texts that are not English."""
    news = 'Die Regierung hat heute erklärt, dass "alles" teurer wird. Viele sind überrascht'
    parts = ("Wirtschaft", "Sport", "Kultur")
    more = [", und immer mehr" * (n % 4) for n in range(30)]
    german = ([parts[n % 3], f"'{news}{more[n]} ({n}). Das war''s!'"] for n in range(30))
    yield "text_german_10kgnad/test.csv", lines(german, ";")
    chinese = ([f"体验{n}年巅峰游戏创新概览火辣表演第{n * 7 % 50}集", n % 10] for n in range(60))
    yield "text_chinese_headlines/dev.txt", lines(chinese, "\t")
    names = ("finance", "realty", "stocks", "education", "science", "society", "sports", "game")
    yield (
        "text_chinese_headlines/class.txt",
        lines([name] for name in ("politics", "stage", *names)),
    )
    asked, told = "Qu'est-ce qui t'es arrivé en", "لقد حاولت التسجيل لكنهم أخبروني مرة"
    for name, text in (("fr", asked), ("ar", told)):
        rows = ([f"{text} {1950 + n} ?", ("3", "1, 4", "2, 5")[n % 3]] for n in range(45))
        yield f"text_xed_ar_fr/{name}-projections.tsv", lines(rows, "\t", "\r\n")


def ucr() -> Files:
    """Yield series in the formats of their archive, in two files of splits each."""
    for name, classes, length in (("ArrowHead", 3, 30), ("GunPoint", 2, 24), ("OSULeaf", 6, 40)):
        for seed, split in enumerate(("TRAIN", "TEST")):
            made = _waves(seed, classes, length)
            for ending, data in _in_formats(made, name, classes):
                yield f"timeseries_ucr/{name}/{name}_{split}.{ending}", data
    for split in ("TRAIN", "TEST"):
        yield f"timeseries_ucr/CBF/CBF_{split}.tsv", (SAMPLES / f"cbf/CBF_{split}.tsv").read_bytes()
        yield f"timeseries_ucr/JapaneseVowels/JapaneseVowels_{split}.ts", _vowels(split)
    for seed, name in enumerate(("TRAIN_A", "TRAIN_NA", "TEST")):
        yield f"timeseries_ucr/ecg_diff_count/ecg-diff-count-3_{name}.csv", _heart(seed, name)


def _waves(seed: int, classes: int, length: int) -> list[tuple[list[float], int]]:
    rng = np.random.default_rng(seed)
    waves = np.sin(np.linspace(0, 6, length) * (1 + np.arange(12)[:, None] % classes))
    made = (waves + rng.normal(0, 0.1, waves.shape)).round(6).tolist()
    return [(row, number % classes) for number, row in enumerate(made)]


def _in_formats(made: list[tuple[list[float], int]], name: str, classes: int) -> Files:
    known = list(map(str, range(classes)))
    head = f"#made up\n@problemName {name}\n@univariate true\n@classLabel true {' '.join(known)}\n"
    rows = ([f"{','.join(map(str, row))}:{label}"] for row, label in made)
    yield "ts", f"{head}@data\n".encode() + lines(rows)
    if name == "OSULeaf":
        return
    attributes = "".join(f"@attribute att{number} numeric\n" for number in range(len(made[0][0])))
    head = f"@relation {name}\n{attributes}@attribute target {{{','.join(known)}}}\n\n@data\n"
    yield "arff", head.encode() + lines([*row, label] for row, label in made)
    yield "tsv", lines(([label, *row] for row, label in made), "\t")


def _vowels(split: str) -> bytes:
    """Return series of twelve channels and unequal lengths."""
    rng = np.random.default_rng(len(split))
    head = "@problemName JapaneseVowels\n@univariate false\n@dimensions 12\n@equalLength false\n"
    rows = []
    for number in range(27):
        values = rng.normal(number % 9, 0.2, (12, 7 + number % 20)).round(6)
        channels = [",".join(map(str, row)) for row in values.tolist()]
        rows.append([":".join([*channels, str(number % 9 + 1)])])
    return f"{head}@classLabel true 1 2 3 4 5 6 7 8 9\n@data\n".encode() + lines(rows)


def _heart(seed: int, name: str) -> bytes:
    rng = np.random.default_rng(seed)
    values = np.sin(np.arange(1500) / 3) + rng.normal(0, 0.05, 1500)
    odd = (np.arange(1500) % 500 > 480) & (name != "TRAIN_NA")
    pairs = zip(values.tolist(), odd.tolist(), strict=True)
    rows = ([number, value, int(mark)] for number, (value, mark) in enumerate(pairs))
    return b"timestamp,value-0,is_anomaly\n" + lines(rows)


def measurements() -> Files:
    """Yield tables with a point of time in each row, with gaps and texts."""
    rng = np.random.default_rng(2)
    days = np.datetime64("1981-01-01") + np.arange(400)
    warm = (12 + 8 * np.cos(np.arange(400) / 58) + rng.normal(0, 2, 400)).round(1).tolist()
    daily = ([f'"{day}"', value] for day, value in zip(days.astype(str), warm, strict=True))
    yield "timeseries_csv/daily-min-temperatures.csv", b'"Date","Temp"\n' + lines(daily)
    months = (f'"{1949 + n // 12}-{n % 12 + 1:02d}"' for n in range(144))
    flown = ([month, int(112 + 2 * n + 30 * np.sin(n))] for n, month in enumerate(months))
    yield "timeseries_csv/airline-passengers.csv", b'"Month","Passengers"\n' + lines(flown)
    head = b"No,year,month,day,hour,pm2.5,DEWP,TEMP,PRES,cbwd,Iws,Is,Ir\n"
    yield (
        "timeseries_csv/pollution.csv",
        head
        + lines(
            [
                *(n + 1, 2010, 1 + n // 720, 1 + n // 24 % 30, n % 24),
                *("NA" if n % 50 < 3 else int(90 + 60 * np.sin(n / 30)), -21 + n % 9, n % 12 - 5),
                *(1020 + n % 7, ("NW", "SE", "cv")[n // 20 % 3], round(1.79 + n % 40, 2), 0, 0),
            ]
            for n in range(1000)
        ),
    )

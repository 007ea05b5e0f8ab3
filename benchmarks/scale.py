"""What it costs beyond one folder of one machine: Ray, buckets, shards, and what a cache saves."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks import environment
from benchmarks.measure import Contender, Cost, Costs, interleaved, ratio, run, run_seen
from benchmarks.results import SCALE, Section, Target
from benchmarks.room import put_away
from benchmarks.upkeep import make_tiny_pictures, tiny_png

PLACES = "Places and layouts"
RAY = "Ray against local"
CACHE = "A shared cache"
MANY = "Many sources"
ROWS = "A large table"
_FEW, _MANY = 2_000, 100_000
_ROWS, _COLUMNS, _RARE = 1_000_000, 8, 20
"""Every so manyth row is of the rare class."""
_SIZES = (1_000_000, 10_000_000)
_MIB = 2**20
_PHOTOS = 160
_ALL = 10_000
_COPIES = 4
_AUGMENTED = ("train", "validation")
PLACE = environment.SCRATCH / "scale"
_BUCKET = "scale"
_COLD, _WARM = 1.10, 4


def places(rounds: int, *, quick: bool) -> Section | str:
    """Compare files in a folder with files in a bucket, and with shards of both layouts."""
    if (photos := _photos(quick=quick)) is None or not find_spec("moto"):
        return "it takes clothing_small (AUGMENT_BENCH_DATA) and `pip install 'augcli[buckets]'`"
    with _server() as bucket:
        folder = str(PLACE / "out")
        outputs = {
            "files, folder": [folder],
            "files, S3": [f"{bucket}/files"],
            "webdataset, folder": [folder, "output.layout=webdataset"],
            "webdataset, S3": [f"{bucket}/tars", "output.layout=webdataset"],
            "parquet, folder": [folder, "output.layout=parquet"],
        }
        runs = {name: _run(photos, *told) for name, told in outputs.items()}
        found = interleaved(runs, 1 if quick else rounds, _clear)
    text = (
        "Photos of clothing, the light recipe, two processes; `moto`'s server on the same machine, "
        "whose own CPU is not counted."
    )
    return Section(PLACES, text, _against(found, "files, folder"), page=SCALE)


def ray(rounds: int, *, quick: bool) -> Section | str:
    """Compare processes here with sites of a cluster on this machine, by the slope of two sizes."""
    if (photos := _photos(quick=quick)) is None or not find_spec("ray"):
        return "it takes clothing_small (AUGMENT_BENCH_DATA) and `pip install 'augcli[ray]'`"
    folder, few, many = str(PLACE / "out"), 1, 16
    engines = ("local", "ray")
    runs = {
        f"{engine}, {copies}": _run(photos, folder, f"copies={copies}", engine=engine)
        for engine in engines
        for copies in (few, many)
    }
    found = interleaved(runs, 1 if quick else rounds, _clear, measured=run_seen)
    things = _count(photos) * (many - few)
    each = {
        engine: (found[f"{engine}, {many}"].cpu.median - found[f"{engine}, {few}"].cpu.median)
        / things
        * 1000
        for engine in engines
    }
    rows = [
        (name, f"{costs.cpu}", f"{costs.wall}", f"{each[name.partition(',')[0]]:.2f}")
        for name, costs in found.items()
    ]
    text = (
        f"Photos of clothing with {few} and {many} copies; the cluster is started for each run, "
        "and its CPU is counted, as all descendants were seen to have used it every 50 ms. What an "
        "output more costs tells the engines apart."
    )
    head = ("engine, copies", "CPU, s", "wall, s", "CPU of one more output, ms")
    return Section(RAY, text, [head, *rows], page=SCALE)


def cache(rounds: int, *, quick: bool) -> Section | str:
    """Compare a run without a cache with one that fills it and one that finds all in it."""
    if (photos := _photos(quick=quick, most=_ALL)) is None:
        return "no photos: set AUGMENT_BENCH_DATA to the folder that holds clothing_small"
    folder, kept = str(PLACE / "out"), str(PLACE / "cache")
    runs = {
        "without": _run(photos, folder),
        "cold": _run(photos, folder, cache=kept),
        "warm": _run(photos, folder, cache=kept),
    }

    found: dict[str, list[Costs]] = {name: [] for name in runs}
    for _ in range(1 if quick else rounds):
        put_away(Path(kept))
        for name, costs in interleaved(runs, 1, _clear).items():
            found[name].append(costs)
    whole = {
        name: Costs(tuple(c.rounds[0] for c in costs), costs[0].things)
        for name, costs in found.items()
    }
    cold = ratio(whole["without"], whole["cold"]).median
    warm = ratio(whole["warm"], whole["without"]).median
    targets = [
        Target("cold", "≤ 10 % more CPU", f"{cold - 1:.1%}", cold <= _COLD),
        Target("warm", "≥ 4 times less", f"{warm:.1f} times", warm >= _WARM),
    ]
    text = "Photos of clothing, the light recipe, two processes, a cache in a folder."
    return Section(CACHE, text, _against(whole, "without"), targets, SCALE)


def many(rounds: int, *, quick: bool) -> Section:
    """Measure what one source more costs, by the slope of two sizes; reckon up to ten million."""
    counts = (500, 2_000) if quick else (_FEW, _MANY)
    found = {count: _on_pictures(count) for count in counts}
    few, more = (found[count] for count in counts)
    rows = [
        (
            what,
            f"{more[what].cpu:.2f}",
            f"{more[what].peak / _MIB:.0f}",
            f"{_slope(few[what].cpu, more[what].cpu, counts) * 1e6:.0f}",
            f"{_slope(few[what].peak, more[what].peak, counts):.0f}",
            *(
                f"{_slope(few[what].cpu, more[what].cpu, counts) * size / 3600:.2f}"
                for size in _SIZES
            ),
        )
        for what in more
    ]
    head = (
        *("run", f"{counts[1]:,}: CPU, s", "peak, MiB", "µs a source", "bytes a source"),
        *(f"{size:,}: CPU hours" for size in _SIZES),
    )
    text = (
        "PNG files of one pixel, originals and one copy, two processes. Peak is that of the "
        "coordinating process. The last columns are reckoned from the slope, not run."
    )
    return Section(MANY, text, [head, *rows], page=SCALE)


def _slope(few: float, more: float, counts: tuple[int, int]) -> float:
    return (more - few) / (counts[1] - counts[0])


def rows(_rounds: int, *, quick: bool) -> Section:
    """Measure a table of a million rows: balanced, found unchanged, and with one cell changed."""
    count = 20_000 if quick else _ROWS
    table, recipe = PLACE / "rows.csv", PLACE / "rows.json"
    PLACE.mkdir(parents=True, exist_ok=True)
    _write_table(table, count)
    dataset = {"path": "rows.csv", "kind": "tabular", "label": "label"}
    told = {"version": 1, "dataset": dataset, "output": {"path": "out"}}
    recipe.write_text(json.dumps(told | {"balance": {"method": "smote", "target": "max"}}))
    found = thrice([str(recipe)], lambda: _change_first_row(table))
    shown = [
        (what, f"{cost.cpu:.2f}", f"{cost.wall:.2f}", *mebibytes(cost.peak, cost.workers))
        for what, cost in found.items()
    ]
    text = (
        f"A CSV file of {count:,} rows, {_COLUMNS} numbers each, of which one in {_RARE} is of the "
        "rare class, balanced by SMOTE, two processes."
    )
    head = ("run", "CPU, s", "wall, s", "peak, MiB", "peak of a worker, MiB")
    return Section(ROWS, text, [head, *shown], page=SCALE)


def mebibytes(*sizes: int) -> Iterator[str]:
    """Yield sizes as tables show them."""
    return (f"{size / _MIB:.0f}" for size in sizes)


def _write_table(path: Path, count: int) -> None:
    random = np.random.default_rng(0)
    is_rare = np.arange(count) % _RARE == 0
    numbers = random.normal(is_rare[:, None], 1.0, (count, _COLUMNS)).round(4)
    columns = {f"x{at}": numbers[:, at] for at in range(_COLUMNS)}
    pl.DataFrame({**columns, "label": np.where(is_rare, "rare", "usual")}).write_csv(path)


def _change_first_row(path: Path) -> None:
    head, first, rest = path.read_text().split("\n", 2)
    path.write_text("\n".join([head, f"9.5,{first.partition(',')[2]}", rest]))


def thrice(words: Sequence[str], change: Callable[[], object]) -> dict[str, Cost]:
    """Run a recipe; again; and again with something changed."""
    _clear()
    command = [sys.executable, "-m", "augcli", "run", "-q", "-j", "2", *words]
    command += ["-o", str(PLACE / "out")]
    costs = {what: run(command, watch_memory=True) for what in ("first", "unchanged")}
    change()
    return costs | {"one changed": run(command, watch_memory=True)}


def _on_pictures(count: int) -> dict[str, Cost]:
    """Measure runs on so many pictures of one pixel, and what one that is changed costs."""
    folder = PLACE / "in"
    put_away(folder)
    make_tiny_pictures(folder, count)
    changed = folder / "class_00/0000000.png"
    words = [str(environment.HERE / "recipes" / "tiny.yaml"), "-i", str(folder)]
    return thrice(words, lambda: changed.write_bytes(tiny_png(count)))


def _run(
    photos: Path, output: str, *changes: str, engine: str = "local", cache: str = ""
) -> Contender:
    recipe = str(environment.HERE / "recipes" / "light.yaml")
    words = ["run", recipe, "-q", "-j", "2", "-i", str(photos), "-o", output, "--engine", engine]
    words += [word for change in changes for word in ("--set", change)]
    words += ["--cache", cache] if cache else []
    return Contender([sys.executable, "-m", "augcli", *words], _count(photos) * _COPIES)


def _against(found: Mapping[str, Costs], base: str) -> list[tuple[str, ...]]:
    rows = [
        (name, str(costs.each), str(costs.wall), str(ratio(found[base], costs)))
        for name, costs in found.items()
    ]
    return [("", "CPU an output, ms", "wall, s", f"CPU against “{base}”"), *rows]


def _photos(*, quick: bool, most: int = _PHOTOS) -> Path | None:
    """Return a folder with some of the photos, a class a folder."""
    whole, some = environment.data("clothing_small"), PLACE / "photos"
    if whole is None:
        return None
    put_away(some)
    files = sorted(path for split in _AUGMENTED for path in (whole / split).rglob("*.jpg"))
    for path in files[:: max(1, len(files) // (16 if quick else most))]:
        target = some / path.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return some


def _count(photos: Path) -> int:
    return sum(path.is_file() for path in photos.rglob("*"))


def _clear() -> None:
    put_away(PLACE / "out")
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        import urllib.request

        reset = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset).close()
        made = urllib.request.Request(f"{endpoint}/{_BUCKET}", method="PUT")
        urllib.request.urlopen(made).close()


@contextmanager
def _server() -> Iterator[str]:
    """Give the address of a bucket of a server in this process, to which the environment leads."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    told = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "XDG_CACHE_HOME": str(PLACE / "copies"),
    }
    os.environ.update(told)
    try:
        yield f"s3://{_BUCKET}"
    finally:
        server.stop()
        for name in told:
            os.environ.pop(name)

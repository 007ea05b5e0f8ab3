"""What it costs beyond one folder of one machine: Ray, buckets, shards, and what a cache saves."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks import environment
from benchmarks.measure import Contender, Cost, Costs, interleaved, ratio, run
from benchmarks.results import SCALE, Section, Target
from benchmarks.upkeep import make_tiny_pictures, tiny_png

PLACES = "Places and layouts"
RAY = "Ray against local"
CACHE = "A shared cache"
MANY = "Many sources"
_FEW, _MANY = 2_000, 10_000
_SIZES = (1_000_000, 10_000_000)
_MIB = 2**20
_PHOTOS = 160
_ALL = 10_000
_COPIES = 4
_AUGMENTED = ("train", "validation")
_PLACE = environment.SCRATCH / "scale"
_BUCKET = "scale"
_COLD, _WARM = 1.10, 4


def places(rounds: int, *, quick: bool) -> Section | str:
    """Compare files in a folder with files in a bucket, and with shards of both layouts."""
    if (photos := _photos(quick=quick)) is None or not find_spec("moto"):
        return "it takes clothing_small (AUGMENT_BENCH_DATA) and `pip install 'augcli[buckets]'`"
    with _server() as bucket:
        folder = str(_PLACE / "out")
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
    folder, few, many = str(_PLACE / "out"), 1, 4
    engines = ("local", "ray")
    runs = {
        f"{engine}, {copies}": _run(photos, folder, f"copies={copies}", engine=engine)
        for engine in engines
        for copies in (few, many)
    }
    found = interleaved(runs, 1 if quick else rounds, _clear)
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
        "and its CPU is counted. What an output more costs tells the engines apart."
    )
    head = ("engine, copies", "CPU, s", "wall, s", "CPU of one more output, ms")
    return Section(RAY, text, [head, *rows], page=SCALE)


def cache(rounds: int, *, quick: bool) -> Section | str:
    """Compare a run without a cache with one that fills it and one that finds all in it."""
    if (photos := _photos(quick=quick, most=_ALL)) is None:
        return "no photos: set AUGMENT_BENCH_DATA to the folder that holds clothing_small"
    folder, kept = str(_PLACE / "out"), str(_PLACE / "cache")
    runs = {
        "without": _run(photos, folder),
        "cold": _run(photos, folder, cache=kept),
        "warm": _run(photos, folder, cache=kept),
    }

    found: dict[str, list[Costs]] = {name: [] for name in runs}
    for _ in range(1 if quick else rounds):
        shutil.rmtree(kept, ignore_errors=True)
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
    found = {count: _thrice(count) for count in counts}
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


def _thrice(count: int) -> dict[str, Cost]:
    """Run on so many sources; again; and again with one of them changed."""
    _clear()
    shutil.rmtree(_PLACE / "in", ignore_errors=True)
    make_tiny_pictures(_PLACE / "in", count)
    recipe = str(environment.HERE / "recipes" / "tiny.yaml")
    words = ["run", recipe, "-q", "-j", "2", "-i", str(_PLACE / "in"), "-o", str(_PLACE / "out")]
    command = [sys.executable, "-m", "augcli", *words]
    costs = {what: run(command, watch_memory=True) for what in ("first", "unchanged")}
    (_PLACE / "in/class_00/0000000.png").write_bytes(tiny_png(count))
    return costs | {"one changed": run(command, watch_memory=True)}


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
    whole, some = environment.data("clothing_small"), _PLACE / "photos"
    if whole is None:
        return None
    shutil.rmtree(some, ignore_errors=True)
    files = sorted(path for split in _AUGMENTED for path in (whole / split).rglob("*.jpg"))
    for path in files[:: max(1, len(files) // (16 if quick else most))]:
        target = some / path.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return some


def _count(photos: Path) -> int:
    return sum(path.is_file() for path in photos.rglob("*"))


def _clear() -> None:
    shutil.rmtree(_PLACE / "out", ignore_errors=True)
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
        "XDG_CACHE_HOME": str(_PLACE / "copies"),
    }
    os.environ.update(told)
    try:
        yield f"s3://{_BUCKET}"
    finally:
        server.stop()
        for name in told:
            os.environ.pop(name)

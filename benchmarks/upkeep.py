"""What is not pictures: start-up, a second run with nothing to do, memory of the coordinator."""

from __future__ import annotations

import shutil
import struct
import tempfile
import zlib
from pathlib import Path

from benchmarks import environment
from benchmarks.measure import Contender, Cost, Costs, interleaved, run, say
from benchmarks.results import Section, Target
from benchmarks.room import put_away

_TARGET = environment.SCRATCH / "out"
_MEMORY_DISK = Path("/dev/shm")
_MIB = 2**20


_FEW = 10
_LEAST = 0.5
"""Seconds of CPU that a run on a few samples may cost."""
_HEAD = "version: 1\nseed: 1\noutput: {path: out}\n"
_SMALL = {
    "pictures": "dataset: {path: pictures}\ncopies: 1\nsteps: [rotate, brightness]\n",
    "texts": "dataset: {path: texts.csv, kind: text, label: label}\ncopies: 1\nsteps: [eda]\n",
    "rows": "dataset: {path: rows.csv, kind: tabular, label: label}\ncopies: 1\n",
}
"""What there are ten of → the rest of a recipe for them."""


def startup(rounds: int, *, quick: bool) -> Section:
    """Compare `augment --help` with what it cannot do without, and look at the smallest runs."""
    runs = _small_runs(environment.SCRATCH / "small")
    commands = {
        **runs,
        "augment --help": Contender([environment.AUGMENT, "--help"], 1),
        "python -c 'import click'": Contender([environment.PYTHON, "-c", "import click"], 1),
        "python -c pass": Contender([environment.PYTHON, "-c", "pass"], 1),
    }
    found = interleaved(commands, 5 if quick else 4 * rounds, _clear)
    rows = [
        (f"`{name}`", f"{costs.cpu.median * 1000:.0f}", f"{costs.wall.median * 1000:.0f}")
        for name, costs in found.items()
    ]
    text = f"Runs on {_FEW} samples each, and help, told before anything heavy is imported."
    targets = [_start_target(name, found[name]) for name in runs]
    return Section("Start-up", text, [("", "CPU, ms", "wall, ms"), *rows], targets)


def _start_target(name: str, costs: Costs) -> Target:
    median = costs.cpu.median
    return Target(name, f"≤ {_LEAST} s of CPU", f"{costs.cpu}", median <= _LEAST)


def _small_runs(folder: Path) -> dict[str, Contender]:
    """Write a few samples of three kinds; return what runs a recipe on each."""
    shutil.rmtree(folder, ignore_errors=True)
    make_tiny_pictures(folder / "pictures", _FEW)
    texts = (f"the {each} old songs were sung again,{each % 2}\n" for each in range(_FEW))
    (folder / "texts.csv").write_text("".join(("text,label\n", *texts)))
    rows = (f"{each}.5,{each % 3},{each % 2}\n" for each in range(_FEW))
    (folder / "rows.csv").write_text("".join(("height,mood,label\n", *rows)))
    runs = {}
    for name, recipe in _SMALL.items():
        (folder / f"{name}.yaml").write_text(_HEAD + recipe)
        command = [environment.AUGMENT, "run", str(folder / f"{name}.yaml"), "-q"]
        runs[f"augment run, {_FEW} {name}"] = Contender([*command, "-o", str(_TARGET)], 1)
    return runs


def _clear() -> None:
    put_away(_TARGET)


def second_run(rounds: int, *, quick: bool) -> Section | str:
    """Measure a first run and then one with nothing to do."""
    photos = environment.data("clothing_small")
    if photos is None:
        return "no photos: set AUGMENT_BENCH_DATA to the folder that holds clothing_small"
    recipe = str(environment.HERE / "recipes" / "light.yaml")
    command = [environment.AUGMENT, "run", recipe, "-q", "-i", str(photos), "-o", str(_TARGET)]
    found = interleaved_pairs(command, 1 if quick else rounds)
    (first, again), *_ = sorted(found, key=lambda pair: pair[1].cpu)[len(found) // 2 :]
    share = again.cpu / first.cpu
    rows = [
        ("first", f"{first.cpu:.2f}", f"{first.wall:.2f}"),
        ("second", f"{again.cpu:.2f}", f"{again.wall:.2f}"),
    ]
    target = Target(
        "second run",
        "≤ 2 % of the first's CPU, or 0.5 s",
        f"{share:.1%}, {again.cpu:.2f} s",
        share <= 0.02 or again.cpu <= 0.5,
    )
    text = "The light recipe again, with nothing changed: 701 sources and 2,804 outputs looked at."
    return Section("Second run", text, [("run", "CPU, s", "wall, s"), *rows], [target])


def interleaved_pairs(command: list[str], rounds: int) -> list[tuple[Cost, Cost]]:
    """Run a command twice, from nothing, so many times."""
    found = []
    for _ in range(rounds):
        put_away(_TARGET)
        found.append((run(command), run(command)))
        say(f"  {found[-1][0].cpu:.2f} s of CPU, then {found[-1][1].cpu:.2f} s")
    put_away(_TARGET)
    return found


def memory(rounds: int, *, quick: bool) -> Section:
    """Measure the coordinator's memory for few and for many tiny pictures."""
    counts = (1_000, 10_000) if quick else (1_000, 100_000)
    recipe = str(environment.HERE / "recipes" / "tiny.yaml")
    rows, peaks = [], []
    for count in counts:
        with tempfile.TemporaryDirectory(dir=_memory_disk()) as folder:
            make_tiny_pictures(Path(folder, "in"), count)
            paths = ["-i", f"{folder}/in", "-o", f"{folder}/out"]
            command = [environment.AUGMENT, "run", recipe, "-q", "-j", "2", *paths]
            for what in ("first", "second"):
                cost = run(command, watch_memory=True)
                say(f"  {count}, {what}: {cost.peak / _MIB:.0f} MiB, {cost.cpu:.1f} s CPU")
                peaks.append(cost.peak)
                rows.append((f"{count:,}", what, *_told(cost)))
    each = max(peaks[i + 2] - peaks[i] for i in (0, 1)) / (counts[1] - counts[0])
    whole = (peaks[0] + each * 1_000_000) / _MIB
    targets = [
        Target("bytes a sample", "≤ 400", f"{each:.0f}", each <= 400),
        Target("a million samples (reckoned)", "< 400 MiB", f"{whole:.0f} MiB", whole < 400),
        Target(f"{counts[1]:,} unchanged", "≤ 2 s of CPU", f"{cost.cpu:.2f} s", cost.cpu <= 2),
    ]
    rows += _of_photos()
    head = ("samples", "run", "peak, MiB", "largest worker, MiB", "CPU, s", "wall, s")
    return Section("Memory of the coordinator", _MEMORY, [head, *rows], targets)


_MEMORY = (
    "Peak resident size of the coordinating process, and of the largest of its two workers, forks "
    "that share a part with it; 1×1 PNG files, originals and one copy. Camera photos have 3 to 8 "
    "megapixels and get four copies of 512 × 512."
)


def _told(cost: Cost) -> tuple[str, ...]:
    sizes = (f"{size / _MIB:.1f}" for size in (cost.peak, cost.workers))
    return (*sizes, f"{cost.cpu:.2f}", f"{cost.wall:.1f}")


def _of_photos() -> list[tuple[str, ...]]:
    """Measure a run on large photos; nothing where they are not at hand."""
    photos = environment.data("large_photos")
    if photos is None:
        return []
    _clear()
    recipe = str(environment.HERE / "recipes" / "camera.yaml")
    options = ["-q", "-j", "2", "-i", str(photos), "-o", str(_TARGET)]
    cost = run([environment.AUGMENT, "run", recipe, *options], watch_memory=True)
    count = sum(path.suffix == ".jpg" for path in photos.rglob("*"))
    return [(f"{count} camera photos", "first", *_told(cost))]


def _memory_disk() -> Path:
    environment.SCRATCH.mkdir(parents=True, exist_ok=True)
    return _MEMORY_DISK if _MEMORY_DISK.is_dir() else environment.SCRATCH


def make_tiny_pictures(root: Path, count: int) -> None:
    """Write PNG files of one pixel, all different, in a hundred classes."""
    for number in range(count):
        folder = root / f"class_{number % 100:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:07}.png").write_bytes(tiny_png(number))


def tiny_png(number: int) -> bytes:
    """Return a gray PNG of one pixel; a text chunk makes each file another."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"tEXt", b"Comment\0%d" % number),
        (b"IDAT", zlib.compress(bytes([0, number % 256]))),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

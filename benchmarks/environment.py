"""The virtual environment in which both sides run, with the same OpenCV; made when first needed."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parent
SCRATCH = PROJECT / ".cache" / "benchmarks"
VENV = SCRATCH / "venv"
X = SCRATCH / "x"
"""Where AlbumentationsX is, which would take the place of Albumentations elsewhere."""
_SNAPSHOT = SCRATCH / "project"
PYTHON = str(VENV / "bin" / "python")
AUGMENT = str(VENV / "bin" / "augment")

_FILES = (
    *(HERE / f"requirements{which}.txt" for which in ("", "-peers", "-x")),
    PROJECT / "pyproject.toml",
)
OF_PICTURES = (
    "augcli",
    "opencv-python-headless",
    "numpy",
    "pillow",
    "zlib-ng",
    "pydantic",
    "albumentations",
    "augrs-py",
    "albumentationsx",
    "Augmentor",
)
OF_OPERATIONS = (
    "augcli",
    "opencv-python-headless",
    "numpy",
    "albumentations",
    "augrs-py",
    "stringzilla",
)
OF_TABLES = ("augcli", "numpy", "polars", "scikit-learn", "scipy", "pandas", "imbalanced-learn")
OF_TEXTS = ("augcli", "numpy", "polars", "scikit-learn")
OF_LEARNED = ("augcli", "numpy", "opencv-python-headless")
OF_EFFECTS = ("augcli", "numpy", "opencv-python-headless", "scikit-learn", "scipy")
OF_SCALE = ("augcli", "opencv-python-headless", "numpy")
OF_SERIES = ("augcli", "numpy", "scipy", "scikit-learn", "tsaug", "audiomentations")


def prepare() -> None:
    """Install the opponents, unless that was done for these requirements, and the project anew."""
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in _FILES)).hexdigest()
    mark = VENV / "installed"
    if not mark.exists() or mark.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        _install(_snapshot(), "-r", str(_FILES[1]))
        _install("--no-deps", "-r", str(_FILES[0]))
        shutil.rmtree(X, ignore_errors=True)
        _install("--no-deps", "--target", str(X), "-r", str(_FILES[2]))
        mark.write_text(wanted)
    sources = hashlib.sha256(b"".join(file.read_bytes() for file in _sources())).hexdigest()
    mark = VENV / "project"
    if not mark.exists() or mark.read_text() != sources:  # each install removes files, see `room`
        _install("--no-deps", "--force-reinstall", _snapshot())
        mark.write_text(sources)


def _sources() -> list[Path]:
    """Return the files that the project is installed from."""
    code = (PROJECT / "augcli").rglob("*")
    return [_FILES[-1], *sorted(each for each in code if each.is_file() and each.suffix != ".pyc")]


def _snapshot() -> str:
    """Copy the project, so that what is measured does not change while it is."""
    shutil.rmtree(_SNAPSHOT, ignore_errors=True)
    shutil.copytree(PROJECT / "augcli", _SNAPSHOT / "augcli")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (PROJECT / name).exists():
            shutil.copy(PROJECT / name, _SNAPSHOT)
    return str(_SNAPSHOT)


def _install(*what: str) -> None:
    options = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([PYTHON, "-m", "pip", "install", *options, *what], check=True)


@cache
def versions(names: Sequence[str]) -> dict[str, str]:
    """Return the versions of what is compared."""
    packages = [str(each / "site-packages") for each in (VENV / "lib").glob("python*")]
    places = [*sys.path, str(X), *packages]  # the last one counts
    found = {each.name.lower(): each.version for each in distributions(path=places)}
    return {name: found[name.lower()] for name in names}


def machine() -> str:
    """Return what a reader needs to know of this machine."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {cpus} CPUs, {memory:.0f} GiB; {platform.system()}; "
        f"Python {platform.python_version()}"
    )


def load() -> str:
    """Return how busy the machine was; wall times say little where that is above its CPUs."""
    return f"load average {os.getloadavg()[2]:.1f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def data(name: str) -> Path | None:
    """Return the folder of a public data set, or None where it is not at hand."""
    given = os.environ.get("AUGMENT_BENCH_DATA")
    base = Path(given) if given else PROJECT.parent / "shared" / "data"
    return base / name if (base / name).is_dir() else None

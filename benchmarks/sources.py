"""Pictures to race on: real ones again and again, in folders of as many as are asked for."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from itertools import count as numbers
from itertools import cycle, islice
from pathlib import Path

from msgspec import Struct

from benchmarks import environment

_DIGIT = 28
_HEAD_OF_DIGITS = 16


class Sources(Struct, frozen=True):
    """A data set, and how a folder of so many of its pictures is written."""

    data: str
    write: Callable[[Path, Path, int], None]
    """Given where the data set is, where the pictures go, and how many."""

    def folder(self, name: str, count: int) -> Path:
        """Return a folder of so many sources; made when it is first needed."""
        folder = environment.SCRATCH / "races" / f"{name.replace(' ', '-')}-{count}"
        if not folder.is_dir():
            making = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(parents=True)
            found = environment.data(self.data)
            assert found is not None
            self.write(found, making, count)
            making.rename(folder)
        return folder


def _photos(data: Path, folder: Path, count: int) -> None:
    """Write photos, all of one class."""
    _write(folder / "all", ".jpg", islice(cycle(map(Path.read_bytes, _named(data, "jpg"))), count))


def _digits(data: Path, folder: Path, count: int) -> None:
    """Write handwritten digits as PNG files, all of one class."""
    _write(folder / "all", ".png", islice(_digit_files(data), count))


def _digit_files(data: Path) -> Iterator[bytes]:
    import cv2
    import numpy as np

    raw = gzip.decompress((data / "t10k-images-idx3-ubyte.gz").read_bytes())
    pixels = np.frombuffer(raw, np.uint8, offset=_HEAD_OF_DIGITS).reshape(-1, _DIGIT, _DIGIT)
    return (cv2.imencode(".png", digit)[1].tobytes() for digit in pixels)


def _boxes(data: Path, folder: Path, count: int) -> None:
    """Write pictures with a label file each, as YOLO has them."""
    pictures = _named(data / "valid" / "images", "jpg")
    labels = [data / "valid" / "labels" / f"{path.stem}.txt" for path in pictures]
    for name, suffix, paths in (("images", ".jpg", pictures), ("labels", ".txt", labels)):
        _write(folder / "train" / name, suffix, islice(cycle(map(Path.read_bytes, paths)), count))
    (folder / "data.yaml").write_text("train: train/images\nnames: [cone, cube]\n")


def _masks(data: Path, folder: Path, count: int) -> None:
    """Write pictures with a mask each, in a folder beside."""
    for name in ("images", "masks"):
        files = map(Path.read_bytes, _named(data / name, "png"))
        _write(folder / name, ".png", islice(cycle(files), count))


def _outlines(data: Path, folder: Path, count: int) -> None:
    """Write pictures, and one COCO file of all their objects."""
    told = json.loads((data / "trainval.json").read_text())
    images, annotations, ids = [], [], numbers(1)
    for number, image in enumerate(islice(cycle(told["images"]), count)):
        name = f"{number:05}.jpg"
        (folder / name).write_bytes((data / "images" / image["file_name"]).read_bytes())
        images.append(image | {"id": number, "file_name": name})
        own = (each for each in told["annotations"] if each["image_id"] == image["id"])
        annotations += [each | {"id": next(ids), "image_id": number} for each in own]
    changed = {"images": images, "annotations": annotations}
    (folder / "train.json").write_text(json.dumps(told | changed))


def _write(folder: Path, suffix: str, files: Iterator[bytes]) -> None:
    folder.mkdir(parents=True)
    for number, data in enumerate(files):
        (folder / f"{number:05}{suffix}").write_bytes(data)


def _named(folder: Path, suffix: str) -> list[Path]:
    return sorted(folder.rglob(f"*.{suffix}"))


SOURCES = {
    "photos": Sources("clothing_small", _photos),
    "camera photos": Sources("large_photos", _photos),
    "digits": Sources("mnist_t10k", _digits),
    "YOLO boxes": Sources("cones_yolo", _boxes),
    "COCO outlines": Sources("nuts_coco", _outlines),
    "masks": Sources("camvid_masks", _masks),
}

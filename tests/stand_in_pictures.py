"""Small pictures in the places and forms of real datasets, with labels of every sort."""

from __future__ import annotations

import json
from collections.abc import Iterator

import cv2
import numpy as np
from image.codec_files import every_file, file, image
from PIL import Image


def picture(seed: int, extension: str = ".jpg", side: int = 48) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    return cv2.imencode(extension, cv2.blur(pixels, (7, 7)))[1].tobytes()


def pictures() -> Iterator[tuple[str, bytes]]:
    """Yield pictures in class folders, with labels of every sort, and damaged ones."""
    for number in range(40):
        yield f"sign_digits/{number % 10}/{number}.JPG", picture(number)
    for number in range(12):
        split, kind = ("train", "validation")[number % 3 == 0], ("hat", "shoes")[number % 2]
        yield f"clothing_small/{split}/{kind}/{number}.jpg", picture(100 + number)
    for number in range(3):
        yield f"large_photos/{number}.jpg", picture(200 + number, side=400)
        yield f"bccd_voc/JPEGImages/BloodImage_{number:05d}.jpg", picture(300 + number)
        found = f"<annotation><filename>BloodImage_{number:05d}.jpg</filename></annotation>"
        yield f"bccd_voc/Annotations/BloodImage_{number:05d}.xml", found.encode()
        yield f"camvid_masks/images/{number}.png", picture(400 + number, ".png")
        areas = np.tile(np.arange(48, dtype=np.uint8) // 5, (48, 1))
        yield f"camvid_masks/masks/{number}.png", cv2.imencode(".png", areas)[1].tobytes()
        yield f"cones_yolo/valid/images/{number}.jpg", picture(500 + number)
        yield f"cones_yolo/valid/labels/{number}.txt", b"0 0.5 0.5 0.2 0.2\n"
        yield f"nuts_coco/images/{number}.jpg", picture(600 + number)
    yield (
        "cones_yolo/data.yaml",
        b"train: ../train\nval: ../valid\nnc: 1\nnames: ['cone']\n",
    )
    shown = {"id": 0, "file_name": "0.jpg", "width": 48, "height": 48}
    coco = {"images": [shown], "annotations": [], "categories": []}
    yield "nuts_coco/trainval.json", json.dumps(coco).encode()
    yield "mnist_t10k/t10k-images-idx3-ubyte.gz", b"\x1f\x8b not looked into"
    yield from nasty()


def nasty() -> Iterator[tuple[str, bytes]]:
    """Yield a picture of each format that is read, and damaged and turned ones."""
    endings = {"jpeg": "jpg", "jpeg2000": "jp2", "jp2": "jp2", "mpo": "jpg", "apng": "png"}
    for name, data in every_file().items():
        form = name.partition("-")[0]
        yield f"nasty_images/formats/{name}.{endings.get(form, form)}", data
        if form in ("jpeg", "png", "gif", "webp"):
            yield f"nasty_images/cut/{name}.{endings.get(form, form)}", data[: len(data) // 2]
    gaps = np.linspace(0, 1, 80, dtype=np.float32).reshape(8, 10)
    gaps[2:4, 3:5] = np.nan
    yield "nasty_images/geotiff/float_nan.tif", file(Image.fromarray(gaps), "TIFF")
    for number in range(9):
        yield f"nasty_images/exif_orientation/Landscape_{number}.jpg", _turned(number)


def _turned(orientation: int) -> bytes:
    """Return one photo, stored so that its orientation turns it upright."""
    ways = Image.Transpose
    back = {2: ways.FLIP_LEFT_RIGHT, 3: ways.ROTATE_180, 4: ways.FLIP_TOP_BOTTOM}
    back |= {5: ways.TRANSPOSE, 6: ways.ROTATE_90, 7: ways.TRANSVERSE, 8: ways.ROTATE_270}
    whole = image("RGB")
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    stored = whole.transpose(back[orientation]) if orientation in back else whole
    return file(stored, "JPEG", quality=95, exif=exif)

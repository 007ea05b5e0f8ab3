"""What cannot be done to one picture is that picture's failure, found before any pixel is made."""

from __future__ import annotations

import weakref

import cv2
import numpy as np
import pytest
from helpers import picture
from image_samples import params_of, smooth, step
from msgspec.structs import replace

from augcli.draws import Draws
from augcli.engines.garbage import undisturbed
from augcli.errors import SampleError
from augcli.image.augment import ImageProcessor
from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.drawing import CopyDraws
from augcli.image.listing import whole
from augcli.image.operations.ops import Pixels, apply
from augcli.image.picture import Picture
from augcli.image.transform import ImageTransform
from augcli.requests.asked import Copies, PassThrough
from augcli.task import Job, Source, Task

FACTS = Picture(smooth()).facts
TASK = Task(0, "a.png", "train", None, "a.png", ["a.png"], Copies((1,)))


def job(*steps: ImageTransform, max_pixels: int = 100_000, **output: object) -> Job:
    dataset = ImageDatasetSettings(path="in", max_pixels=max_pixels)
    return Job(0, steps, dataset, ImageOutputSettings(path="out", **output))


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("shear", {"x": 45, "y": 45}),
        ("shear", {"x": -45, "y": -45}),
        ("shear", {"x": 80, "y": 10}),
        ("shear", {"x": 44.9, "y": 45}),
        ("affine", {"shear_x": 30, "shear_y": 60, "scale": 20}),
    ],
)
def test_a_picture_is_not_folded_flat(name: str, params: dict) -> None:
    transform = step(name, **params)
    made = transform.make_params(Draws(0), FACTS)
    with pytest.raises(SampleError, match="folds the picture flat"):
        transform.lower(made, FACTS)


@pytest.mark.parametrize(("x", "y"), [(45, -45), (80, -80), (80, 80), (44, 45), (80, 0)])
def test_strong_shears_that_leave_area_work(x: float, y: float) -> None:
    seen = Picture(smooth())
    transform = step("shear", x=x, y=y)
    assert apply(transform.lower(params_of(transform, seen), FACTS), seen).pixels.std() > 10


@pytest.mark.parametrize("distortion", [[0, 0.4], {"choice": [0, 0.3, 0.4]}, 0.4])
def test_every_perspective_is_a_view(distortion: object) -> None:
    seen, transform = Picture(smooth()), step("perspective", distortion=distortion)
    for seed in range(200):
        params = params_of(transform, seen, seed)
        assert np.isfinite(apply(transform.lower(params, FACTS), seen).pixels).all()


def test_corners_that_no_view_has_are_refused() -> None:
    transform = step("perspective")
    collinear = [[0, 0], [1, 0.4], [0.7, 0.7], [0.4, 1]]
    concave = [[0.4, 0.4], [0.6, 0], [1, 1], [0, 0.6]]
    for corners in (collinear, concave):
        with pytest.raises(SampleError, match="no view has the corners"):
            transform.lower(params_of(transform, Picture(smooth())) | {"corners": corners}, FACTS)


@pytest.mark.parametrize("name", ["pad", "resize", "letterbox", "random_resized_crop"])
def test_results_beyond_the_limit_are_refused_by_name_and_size(name: str) -> None:
    large = step(name, width=32_000, height=32_000)
    drawn = CopyDraws(job(step("rotate"), large), [TASK]).of(TASK, None, FACTS)
    with pytest.raises(SampleError, match=rf"{name} makes 32000 × 32000 px .*max_pixels \(100000"):
        next(drawn)


def test_a_result_may_be_as_large_as_the_limit_and_what_is_between_counts_too() -> None:
    whole, small = step("resize", width=100, height=100), step("resize", width=9, height=9)
    assert next(CopyDraws(job(whole, max_pixels=10_000), [TASK]).of(TASK, None, FACTS))[0].ops
    with pytest.raises(SampleError, match="resize makes 100 × 100"):
        next(CopyDraws(job(whole, small, max_pixels=9_999), [TASK]).of(TASK, None, FACTS))


def failing(error: Exception) -> Pixels:
    def change(pixels: np.ndarray) -> np.ndarray:
        raise error

    return Pixels(change)


def test_what_opencv_and_memory_refuse_is_the_pictures_failure() -> None:
    seen = Picture(smooth())
    with pytest.raises(SampleError, match=r"^cannot be augmented: !.*empty\(\)$"):
        apply([Pixels(lambda _: cv2.GaussianBlur(np.empty((0, 0)), (0, 0), 1))], seen)
    with pytest.raises(SampleError, match="cannot be augmented: MemoryError"):
        apply([failing(MemoryError())], seen)
    with pytest.raises(SampleError, match=r"cannot be augmented: no room$"):
        apply([failing(MemoryError("no room\nat all"))], seen)


@pytest.mark.parametrize("error", [ValueError("bug"), TypeError("bug"), KeyError("bug")])
def test_bugs_stay_bugs(error: Exception) -> None:
    with pytest.raises(type(error), match="bug"):
        apply([failing(error)], Picture(smooth()))


def test_what_a_container_cannot_hold_is_known_without_decoding(monkeypatch) -> None:
    monkeypatch.setattr(whole, "decoded", None)
    wide = step("resize", width=16_384, height=2)
    processor = ImageProcessor(job(wide, image={"format": "webp"}), {})
    with pytest.raises(SampleError, match="WEBP holds no side above 16383 px"):
        processor.process(TASK, [Source("a.png", "0", picture(1))])
    done, encoded = cv2.imencode(".png", np.zeros((4, 4, 3), np.uint16))
    assert done
    deep = Source("a.png", "0", encoded.tobytes())
    for originals, copies in (("copy", 1), ("reencode", 0)):
        processor = ImageProcessor(job(originals=originals, image={"format": "jpeg"}), {})
        with pytest.raises(SampleError, match="JPEG holds no 16-bit samples"):
            processor.process(replace(TASK, request=Copies((copies,))), [deep])
    passing = ImageProcessor(job(image={"format": "jpeg"}), {})
    assert passing.process(replace(TASK, request=PassThrough()), [deep]).outputs


def test_a_picture_is_let_go_by_who_uses_it_last_without_a_search_for_garbage() -> None:
    with undisturbed():
        processor = ImageProcessor(job(step("rotate"), image={"format": "png"}), {})
        processed = processor.process(TASK, [Source("a.png", "0", picture(1))])
        made = [b"".join(output.make()) for output in processed.outputs if output.make]
        held = weakref.ref(processed)
        del processed
        assert made
        assert held() is None

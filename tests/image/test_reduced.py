"""JPEGs that become much smaller are decoded to a part of their sides: told, and the same again."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from helpers import manifest, run, write
from hypothesis import given
from hypothesis import strategies as st
from image_samples import noisy, step
from msgspec.structs import replace
from PIL import Image

from augcli.commands.replay import replay
from augcli.errors import SampleError
from augcli.image.codec import can_reduce, decode, decoded, read_header
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.shrinking import averaged, shrinkage
from augcli.image.kernels.shrinking import reduction as part_of
from augcli.image.operations.ops import fuse, reduction
from augcli.image.remaking import remake
from augcli.kind import Kept
from augcli.records.provenance import PictureRecord
from augcli.store.manifest import read_manifest
from augcli.task import Source

LIMIT = 10**7
SOFT = cv2.GaussianBlur(noisy(643, 477), (0, 0), 4)
"""Odd sides, and detail of all directions."""


def jpeg(pixels: np.ndarray, orientation: int = 1) -> bytes:
    shown = pixels[:, :, 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels[:, :, ::-1])
    file, exif = io.BytesIO(), Image.Exif()
    if orientation > 1:
        exif[0x0112] = orientation
    Image.fromarray(shown).save(file, "JPEG", quality=95, exif=exif.tobytes())
    return file.getvalue()


def parted(data: bytes, part: int) -> np.ndarray:
    picture = decoded(data, read_header(data, LIMIT), part).picture
    assert picture.reduced == part
    return picture.pixels


@pytest.mark.parametrize("part", [2, 4, 8])
@pytest.mark.parametrize("channels", [1, 3])
def test_each_pixel_is_the_mean_of_a_block(part: int, channels: int) -> None:
    data = jpeg(SOFT[:, :, :channels])
    small, whole = parted(data, part), decode(data, LIMIT).picture.pixels
    means = averaged(whole, part, part)
    assert small.shape == means.shape
    inner = np.s_[: whole.shape[0] // part, : whole.shape[1] // part]
    apart = np.abs(small[inner].astype(int) - means[inner])
    assert apart.mean() < 0.6
    assert np.percentile(apart, 99) <= 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_pictures_are_reduced_where_they_end_with_whole_blocks(orientation: int) -> None:
    data = jpeg(SOFT[:400, :320], orientation)
    apart = parted(data, 4).astype(int) - averaged(decode(data, LIMIT).picture.pixels, 4, 4)
    assert np.abs(apart).mean() < 0.6
    odd = read_header(jpeg(SOFT, orientation), LIMIT)
    assert can_reduce(odd) == (orientation == 1)


def test_only_jpegs_are() -> None:
    done, png = cv2.imencode(".png", SOFT)
    assert done
    assert not can_reduce(read_header(png.tobytes(), LIMIT))
    file = io.BytesIO()
    Image.new("CMYK", (64, 64)).save(file, "JPEG")
    assert not can_reduce(read_header(file.getvalue(), LIMIT))


def test_cut_files_are_not() -> None:
    data = jpeg(SOFT)
    cut = data[: len(data) // 2] + data[-2:]
    with pytest.raises(SampleError, match="JPEG"):
        decoded(cut, read_header(cut, LIMIT), 4)


@given(st.floats(0.2, 40), st.floats(0.2, 40), st.floats(-180, 180))
def test_what_is_left_to_shrink_is_little(across: float, down: float, turn: float) -> None:
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    inverse = np.array([[cos * across, sin * down, 3], [-sin * across, cos * down, 5], [0, 0, 1.0]])
    part, blocks = part_of(inverse, (100, 80)), shrinkage(inverse, (100, 80))
    assert part == 1 or min(blocks) >= part
    for count in blocks if part > 1 else ():
        assert (count + 1) / (count // part * part) <= 1.5 + 1 / part + 1e-6


@pytest.mark.parametrize("blocks", [(1, 2), (2, 1), (3, 2), (1, 3)])
@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_blocks_become_their_mean_and_halves_the_even_one(
    blocks: tuple[int, int], depth: str
) -> None:
    pixels = noisy(151, 97, depth=depth, channels=6)
    across, down = blocks
    height, width = (97 // down, 151 // across)
    whole = pixels[: height * down, : width * across].reshape(height, down, width, across, 6)
    means = whole.mean((1, 3), dtype=np.float64)
    small = averaged(pixels, across, down)[:height, :width]
    np.testing.assert_allclose(small, means if depth == "float32" else np.rint(means), rtol=1e-6)


def made_again(record: PictureRecord, sources: list[Source]) -> bytes:
    (data,), *_ = remake([record], sources, Kept(Path(), Path()))
    return data


SIZES = (80, 100, 161, 230, 400)


def steps() -> list[dict]:
    sizes = [{"resize": {"width": side, "height": side}} for side in SIZES]
    return [{"one_of": {"steps": sizes}}, {"rotate": {"degrees": [-9, 9]}}]


def test_it_is_told_and_made_again_alone_and_among_others(tmp_path) -> None:
    write(tmp_path / "in/c/a.jpg", jpeg(SOFT))
    out = tmp_path / "out"
    run(tmp_path / "in", out, copies=12, steps=steps(), output={"image": {"format": "png"}})
    told = {each["steps"][0]["params"]["width"]: each.get("reduced") for each in manifest(out)[1:]}
    assert told == {80: 4, 100: 2, 161: None, 230: 2, 400: None}
    assert not [name for name, wrong in replay(out, tmp_path / "again", None, None) if wrong]
    sources = [Source("c/a.jpg", "", (tmp_path / "in/c/a.jpg").read_bytes())]
    for record in read_manifest(out / "manifest.jsonl"):
        if record.copy is not None:
            assert made_again(record, sources) == (out / record.output).read_bytes()
            assert ("decoded to 1/" in "".join(record.story())) == (record.reduced is not None)
            whole = made_again(replace(record, reduced=None), sources)
            assert (whole == (out / record.output).read_bytes()) == (record.reduced is None)
            one, other = (
                cv2.imdecode(np.frombuffer(each, np.uint8), cv2.IMREAD_UNCHANGED)
                for each in (whole, (out / record.output).read_bytes())
            )
            assert np.abs(one.astype(int) - other).mean() < 1


@pytest.mark.parametrize("part", [3, 8, 16, 10**9])
def test_a_manifest_that_tells_of_too_small_a_picture_is_refused(tmp_path, part: int) -> None:
    write(tmp_path / "in/c/a.jpg", jpeg(SOFT))
    out = tmp_path / "out"
    run(tmp_path / "in", out, copies=1, steps=[{"resize": {"width": 161, "height": 161}}])
    *_, record = read_manifest(out / "manifest.jsonl")
    sources = [Source("c/a.jpg", "", jpeg(SOFT))]
    with pytest.raises(SampleError, match=f"reduced to 1/{part}, too small"):
        made_again(replace(record, reduced=part), sources)


def test_nothing_is_reduced_that_is_seen_whole_first() -> None:
    facts = decode(jpeg(SOFT), LIMIT).picture.facts
    size = {"width": 128, "height": 95}
    small, toned = step("resize", **size), step("contrast").lower({"factor": 1.1}, facts)
    shrunk = small.lower(size | {"interpolation": "linear"}, facts)
    nearest = small.lower(size | {"interpolation": "nearest"}, facts)
    ways = (shrunk, [*shrunk, *toned], [*toned, *shrunk], nearest, [])
    assert [reduction(fuse(ops)) for ops in ways] == [4, 4, 1, 1, 1]


def mixed(name: str) -> dict:
    """Return a step that takes a partner at a quarter of its sides, or less."""
    return {"copy_paste": {"scale": 0.2, "objects": 1}} if name == "copy_paste" else {name: {}}


@pytest.mark.parametrize("name", ["mixup", "cutmix", "fmix", "mosaic", "copy_paste"])
def test_partners_are_decoded_no_larger_than_they_are_needed(tmp_path, name: str) -> None:
    names = [f"images/{each}.jpg" for each in "abc"]
    for place, path in enumerate(names):
        write(tmp_path / "in" / path, jpeg(np.roll(SOFT, 40 * place, axis=1)))
        label = path.replace("images", "labels").replace("jpg", "txt")
        write(tmp_path / "in" / label, "0 0.5 0.5 0.4 0.4\n")
    steps = [{"resize": {"width": 96, "height": 72}}, mixed(name)]
    told = {"dataset": {"format": "yolo"}, "steps": steps, "copies": 2}
    out = tmp_path / "out"
    run(tmp_path / "in", out, **told, output={"image": {"format": "png"}})
    copies = [each for each in read_manifest(out / "manifest.jsonl") if each.copy is not None]
    parts = {part for each in copies for part in each.steps[-1]["params"]["reduced"]}
    assert {4, 8} & parts <= parts <= {1, 2, 4, 8}
    assert not [wrong for _, wrong in replay(out, tmp_path / "again", None, None) if wrong]
    files = [*(tmp_path / "in/images").iterdir(), *(tmp_path / "in/labels").iterdir()]
    known = [Source(f"{e.parent.name}/{e.name}", "", e.read_bytes()) for e in files]
    record = max(copies, key=lambda each: max(each.steps[-1]["params"]["reduced"]))
    sources = sorted(known, key=lambda each: each.name != record.source)
    assert made_again(with_parts(record, 1), sources) != (out / record.output).read_bytes()
    with pytest.raises(SampleError, match="reduced to 1/16, too small"):
        made_again(with_parts(record, 16), sources)


def with_parts(record: PictureRecord, part: int) -> PictureRecord:
    """Return a record that tells of partners decoded to other parts of their sides."""
    *before, last = record.steps
    params = last["params"] | {"reduced": [part] * len(last["params"]["reduced"])}
    return replace(record, steps=[*before, {"name": last["name"], "params": params}])

"""Make docs/pictures: what each image transform does to one sample photo.

    python docs/make_pictures.py [PHOTO]

Params come from the transforms themselves, drawn by a fixed seed from ranges that show the effect
at this size.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from augcli.draws import Draws
from augcli.image.kernels import opencv as cv2
from augcli.image.learning.nets import SIDE, Class, NetLearner, Nets
from augcli.image.learning.whitening import whitening_of
from augcli.image.operations.ops import Stage, apply
from augcli.image.operations.placed import with_targets
from augcli.image.picture import Mask, Picture
from augcli.image.targets import Target
from augcli.image.transform import ImageTransform
from augcli.image.transforms.intensity import LearnedWhitening
from augcli.networks import Dense, Network, packed
from augcli.requests.commands import files_of
from augcli.requests.programs import Programs
from augcli.steps.learned import Model, Seen
from augcli.transform import REGISTRY, Chooser, Transform, taken

HERE = Path(__file__).parent
PHOTO = HERE.parent / "sample_data/photos/train/dress/017.jpg"
LONGER_SIDE = 160
TAG = Target(label="tag", box=(38.0, 22.0, 60.0, 42.0))
"""An object in the photo as it is shown."""
OTHERS = ("t-shirt/001", "hat/002", "shoes/007")
"""Photos that it is mixed with."""
SHOE = Target(label="shoe", rings=(((40, 62), (60, 48), (86, 66), (96, 112), (60, 118), (36, 98)),))
"""An object in these."""

_POOLED = (0.04 * np.eye(50))[np.triu_indices(50)].tolist()
LEARNED = Model.of("learned_warp", 1, "", {"classes": [], "pooled": _POOLED})
"""By which every node moves by itself."""


def shrunk(pixels: Any) -> Any:
    """Return pixels with the longer side as long as the pictures' is."""
    scale = LONGER_SIDE / max(pixels.shape[:2])
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def known_photos(name: str) -> Model:
    """Return a network that knows some photos: their logits are its only weights."""
    photos = [shrunk(cv2.imread(str(PHOTO.parents[1] / f"{each}.jpg"))) for each in OTHERS]
    small = [cv2.resize(each, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for each in photos]
    share = np.stack([each.ravel() for each in small]).clip(1, 254) / 255
    layer = Dense.of(np.vstack([np.log(share / (1 - share)), np.zeros(share.shape[1])]))
    known = Class(label=None, sources=list(OTHERS), codes=packed(np.eye(len(OTHERS))))
    decoder = Network(layers=[layer])
    told = Nets(bands=3, size=len(OTHERS), decoder=decoder, classes=[known], judge=None)
    return Model.of(name, NetLearner.revision, "", told.model_dump())


MEANS = {"pictures": 9, "mean": [0.55, 0.5, 0.45], "std": [0.3, 0.25, 0.3]}
PATCH = 24
"""The sides of what is whitened."""

RECIPES = HERE.parent / "recipes"
PROGRAM = "python sketch.py"

NETWORKS = ("autoencoder", "convolutional_autoencoder", "gan", "linear_autoencoder", "vae")

SHOWN: dict[str, dict[str, Any]] = {
    **{name: {"model": known_photos(name)} for name in NETWORKS},
    "advanced_blur": {"sigma_x_px": 3, "sigma_y_px": 0.5, "degrees": 30},
    "affine": {"rotate": 12, "scale": 0.9, "shear_x": 8},
    "augmix": {"severity": 8},
    "autoaugment": {"policy": "svhn"},
    "band_gain": {"gain": [0.6, 1.4]},
    "bias_field": {"strength": 0.8},
    "box_safe_crop": {"area": 0.3},
    "brightness": {"delta": 0.2},
    "center_crop": {"width": 90, "height": 90},
    "chromatic_aberration": {"red": 0.04, "blue": -0.04},
    "clahe": {"clip": 4, "tiles": 4},
    "coarse_dropout": {"holes": 6},
    "copy_paste": {"objects": 1, "scale": 0.8},
    "color_jitter": {"hue": 20, "saturation": 1.2, "contrast": 1.2},
    "contrast": {"factor": 1.5},
    "crop": {"x": 20, "y": 10, "width": 90, "height": 90},
    "crop_and_pad": {"left": -0.2, "right": 0.2, "top": 0.1, "bottom": 0.1},
    "color_transfer": {"share": 1},
    "crop_near_object": {"width": 60, "height": 60},
    "crop_to_object": {"margin": 1},
    "d4": {"symmetry": 5},
    "defocus": {"radius_px": 3},
    "downscale": {"factor": 0.3, "interpolation": "nearest"},
    "elastic": {"amplitude": 0.06},
    "emboss": {"amount": 0.6, "degrees": 45},
    "fda": {"beta": 0.03},
    "fancy_pca": {"first": 0.3, "second": 0.6},
    "five_crop": {"width": 90, "height": 90, "part": "top_right"},
    "fog": {"density": 0.8},
    "gamma": {"gamma": 0.6},
    "gaussian_blur": {"sigma_px": 1.5},
    "glass_blur": {"reach_px": 2},
    "generate": {"command": PROGRAM, "params": {"strength": 1.5}},
    "gravel": {"stones": 150, "size": 0.04},
    "grid_distortion": {"distortion": {"choice": [-0.3, 0.3]}},
    "he_stain": {"haematoxylin": 1.5, "eosin": 0.5},
    "hsv": {"hue": 30, "saturation": 0.2, "value": 0.1},
    "hue": {"degrees": 60},
    "illumination": {"strength": 0.5, "degrees": 135},
    "intensity_scale": {"factor": 1.2, "offset": -0.15},
    "iso_noise": {"luma": 0.06, "colour": 0.06},
    "jpeg": {"quality": 15},
    "learned_normalize": {"model": Model.of("learned_normalize", 1, "", {"bands": [MEANS]})},
    "learned_warp": {"model": LEARNED},
    "learned_whitening": {"epsilon": 0.01},
    "letterbox": {"width": 160, "height": 160},
    "longest_side": {"length": 120},
    "mask_crop": {"width": 60, "height": 60},
    "median_blur": {"size_px": 5},
    "mixup": {"alpha": 20},
    "morphology": {"size_px": 3},
    "motion_blur": {"length_px": 9, "degrees": 45},
    "multiplicative_noise": {"spread": 0.4},
    "object_erasing": {"area": 0.3},
    "on_bands": {"bands": [0], "steps": (REGISTRY["image", "translate"](x=0.06, y=0.03),)},
    "optical_distortion": {"k": 0.5},
    "pad": {"width": 160, "height": 160},
    "pad_by": {"left_px": 30, "top_px": 0, "right_px": 10, "bottom_px": 0},
    "pan": {"x": 0.15, "y": 0.1},
    "perspective": {"distortion": [0.05, 0.2]},
    "piecewise_affine": {"displacement": 0.4},
    "pixelate": {"size_px": 5},
    "planckian_jitter": {"kelvin": 3500},
    "plasma": {"amount": 0.7},
    "posterize": {"bits": 2},
    "rain": {"drops": 200, "length": 0.1, "opacity": 0.7},
    "randaugment": {"m": 20},
    "random_crop": {"width": 90, "height": 90},
    "random_erasing": {"area": 0.1},
    "random_resized_crop": {"width": 120, "height": 120, "area": [0.2, 0.5]},
    "random_scale": {"factor": 0.7},
    "resize": {"width": 160, "height": 100},
    "rgb_shift": {"red": 0.15, "green": 0, "blue": -0.15},
    "ringing": {"cutoff": 0.35},
    "rotate": {"degrees": 15},
    "rotate90": {"turns": 1},
    "saturation": {"factor": 1.8},
    "scale": {"factor": 0.75},
    "shadow": {"shadows": 2, "darkness": 0.6},
    "sharpness": {"factor": 6},
    "shear": {"x": 15},
    "shortest_side": {"length": 100},
    "shot_noise": {"photons": 40},
    "slant": {"x": 0.25},
    "snow": {"flakes": 250, "size": 0.03},
    "solarize": {"threshold": 0.6},
    "spatter": {"cover": 0.2},
    "speckle": {"sigma": 0.25},
    "sun_flare": {"x": 0.2, "y": 0.1, "size": 0.3, "ghosts": 6},
    "superpixels": {"patches": 300, "share": 0.9},
    "text_overlay": {"size": 0.2, "opacity": 1},
    "thin_plate_spline": {"displacement": 0.08},
    "tone_curve": {"shadows": 0.1, "lights": 0.9},
    "translate": {"x": 0.15, "y": 0.1},
    "unsharp_mask": {"amount": 2},
    "vignette": {"amount": 0.8},
    "webp": {"quality": 5},
    "white_balance": {"red": 1.3, "blue": 0.7},
    "zoom": {"x": 0.7, "y": 1.3},
    "zoom_blur": {"factor": 1.2},
}


def main(photo: Path) -> None:
    """Write the original and one picture for each transform."""
    original = shrunk(cv2.imread(str(photo)))
    write("original", original)
    for (kind, name), cls in sorted(REGISTRY.items()):
        if kind == "image":
            write(name, shown(cls(**SHOWN.get(name, {})), original, others()))


def others() -> Others:
    """Return the photos that the first is mixed with."""
    return Others([shrunk(cv2.imread(str(PHOTO.parents[1] / f"{name}.jpg"))) for name in OTHERS])


class Other:
    """A photo that another is mixed with."""

    def __init__(self, pixels: Any):
        self._whole = with_targets(Picture(pixels), (SHOE,))
        self.facts = self._whole.facts
        self.objects = self.seen = self._whole.objects
        self.label, self.hashes = None, {}

    def part_for(self, _stages: Sequence[Stage]) -> int:
        """Return that it is taken whole."""
        return 1

    def picture(self, _stages: Sequence[Stage], _part: int) -> Picture:
        """Return it."""
        return self._whole

    def mask(self, _number: int) -> Mask:
        """Return no mask."""
        raise NotImplementedError


class Others:
    """Photos in the order in which they are taken."""

    def __init__(self, photos: list[Any]):
        self._photos = list(map(Other, photos))

    def pick(self, _draws: Draws, count: int, _pool: str) -> list[str]:
        """Return the numbers of the last so many."""
        return list(map(str, range(len(self._photos))))[-count:]

    def __getitem__(self, ident: str) -> Other:
        """Return one of them."""
        return self._photos[int(ident)]


def shown(transform: Transform, pixels: Any, peers: Others) -> Any:
    """Return what a transform, or those that it stands for, make of pixels."""
    if isinstance(transform, LearnedWhitening):
        return whitened(transform, pixels)
    picture = with_targets(Picture(pixels), (TAG,))
    programs = Programs(RECIPES, {PROGRAM: files_of(PROGRAM, RECIPES)}, 60)
    for step, draws in applied(transform, Draws(3).at(transform.name)):
        facts = replace(picture.facts, objects=picture.objects, peers=peers, answers=programs)
        params = step.make_params(draws, facts)
        picture = apply(step.lower(params, facts), picture)
    return visible(picture.pixels) if picture.facts.depth == "float32" else picture.pixels


def whitened(transform: LearnedWhitening, pixels: Any) -> Any:
    """Return a small copy of pixels that was whitened by what its parts have in common."""
    height, width = pixels.shape[:2]
    places = [(y, x) for y in range(0, height - PATCH, 12) for x in range(0, width - PATCH, 12)]
    parts = [pixels[y : y + PATCH, x : x + PATCH] for y, x in places]
    head = np.array(parts[0].shape, "<u4").tobytes()
    looks = [head + (part / 255).astype("<f4").tobytes() for part in parts]
    learner = transform.learner()
    told = learner.learned([Seen(None, "", look) for look in looks], [])
    model = Model.of(transform.name, learner.revision, "", told)
    small = cv2.resize(pixels, (PATCH, PATCH), interpolation=cv2.INTER_AREA)
    known = whitening_of(model)
    assert known
    return enlarged(visible(known.whitened(small, transform.epsilon)))


def enlarged(pixels: Any) -> Any:
    """Return pixels as blocks."""
    block = LONGER_SIDE // PATCH
    return pixels.repeat(block, axis=0).repeat(block, axis=1)


def applied(transform: Transform, draws: Draws) -> Iterable[tuple[ImageTransform, Draws]]:
    """Yield what is applied, each with its stream."""
    if isinstance(transform, Chooser):
        return taken(transform.entries, draws, None, draws)
    assert isinstance(transform, ImageTransform)
    return [(transform, draws)]


def visible(pixels: Any) -> Any:
    """Return bytes of float pixels: −3 becomes black, 3 white."""
    return (pixels.clip(-3, 3) * 42 + 128).astype("uint8")


def write(name: str, pixels: Any) -> None:
    """Write one picture."""
    folder = HERE / "pictures"
    folder.mkdir(exist_ok=True)
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 85])
    (folder / f"{name}.jpg").write_bytes(data.tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PHOTO)

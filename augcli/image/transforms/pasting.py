"""Steps that paste objects of other pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import Annotated, Any

import numpy as np
from msgspec.structs import replace
from pydantic import Field

from augcli.draws import Draws
from augcli.errors import StepError
from augcli.image.annotations.rle import checked
from augcli.image.config import ImageDatasetSettings
from augcli.image.kernels import opencv as cv2
from augcli.image.kernels.regions import filled, plane_of
from augcli.image.kernels.sampling import Sampling
from augcli.image.operations import ops
from augcli.image.operations.geometry import Warp
from augcli.image.operations.mixing import Cut, Laid, Plane
from augcli.image.operations.ops import Op
from augcli.image.operations.placed import bounds, plain
from augcli.image.picture import Facts, Mask, Peer, Placed
from augcli.image.targets import Box, Region
from augcli.image.transforms.mixing import Mixing, parts_of, reduced
from augcli.params import rounded
from augcli.ranges import Constant, Real, Spread, Uniform, Whole
from augcli.transform import CLASSES, Params, register

_TRIES = 8
"""Partners that are looked at, as some have no objects."""


@register
class CopyPaste(Mixing):
    """Objects of a partner pasted anywhere, with soft edges, by their outlines, masks or boxes.

    Ghiasi et al., Simple Copy-Paste is a Strong Data Augmentation Method for Instance Segmentation,
    CVPR 2021. They come with their labels, and what they hide is cut off the objects below them. An
    object that fits lies in the frame whole. Where labels are masks alone, areas of one number are
    pasted. Recorded are the outlines, so a replay asks no labels.
    """

    objects: Annotated[Spread, Whole(1, 50, "how many objects, if there are as many")] = Uniform(
        1, 3, whole=True
    )
    scale: Annotated[Spread, Real(0.1, 10, "how large each becomes, by its own size", log=True)] = (
        Uniform(0.8, 1.25, log=True)
    )
    blend_px: Annotated[
        Spread, Real(0, 20, "softness of edges", "pixels: the standard deviation of a blur")
    ] = Constant(1.0)
    classes: Annotated[tuple[str, ...], CLASSES] = Field(
        (), description="paste objects of these classes and no others"
    )

    def unfit(self, dataset: ImageDatasetSettings) -> str | None:
        """Return that there is nothing to paste where folders tell classes alone."""
        if dataset.format != "folders":
            return None
        return "copy_paste needs objects, and class folders tell of none; cutmix pastes rectangles"

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the partner, its objects, and the size and place of each, in pixels."""
        count = self.objects.draw(draws.at("objects"))
        told = {"objects": count, "blend_px": draws.value("blend_px", self.blend_px)}
        for attempt in range(_TRIES):
            ident = self.picked(draws.at(attempt), facts)
            if found := self._found(facts, ident):
                order = draws.at("object").order(len(found))[: int(count)]
                pasted = [self._pasted(draws.at(at), *found[at], facts) for at in order]
                largest = _moved(max(pasted, key=itemgetter("scale")), facts)
                parts = reduced(ident, facts, lambda *_, move=largest: [move])
                return {"partners": ident, **parts, **told, "pasted": pasted}
        return {"partners": [], **told, "pasted": []}

    def _found(self, facts: Facts, idents: Sequence[str]) -> list[tuple[int, Placed, Box]]:
        """Return the objects of a partner that may be pasted, with their numbers and boxes."""
        seen = [each for i in idents for each in (facts.peers[i].seen if facts.peers else ())]
        found = ((at, each, bounds(each)) for at, each in enumerate(seen) if self._takes(each))
        return [(at, each, box) for at, each, box in found if box]

    def _takes(self, each: Placed) -> bool:
        return not self.classes or each.target.label in self.classes

    def _pasted(
        self, draws: Draws, at: int, each: Placed, box: Box, facts: Facts
    ) -> dict[str, Any]:
        """Return which object comes to lie where, and its outline in the partner."""
        scale = rounded(self.scale.draw(draws.at("scale")))
        left, top, right, bottom = (side * scale for side in box)
        x = _start(draws.at("x"), right - left, facts.width) - left
        y = _start(draws.at("y"), bottom - top, facts.height) - top
        place = {"object": at, "scale": scale, "x": rounded(x), "y": rounded(y)}
        return place | _shape(each)

    @classmethod
    def lower(cls, params: Params, facts: Facts) -> Sequence[Op]:
        """Return each object laid over."""
        soft = params["blend_px"]
        return [
            _laid_over(facts.peers[ident], part, pasted, soft, facts)
            for ident, part in parts_of(params)
            for pasted in params["pasted"]
            if facts.peers
        ]


def _start(draws: Draws, length: float, side: int) -> float:
    """Draw where something of a length begins: inside a side, or around it if it is longer."""
    return draws.uniform(*sorted((0.0, side - length)))


def _shape(each: Placed) -> dict[str, Any]:
    """Return an outline as plain JSON."""
    if each.region:
        size = [each.region.height, each.region.width]
        return {"counts": list(each.region.counts), "size": size}
    return {"rings": [plain(ring) for ring in each.rings]}


def _moved(pasted: Params, facts: Facts) -> Warp:
    """Return what takes an object from its partner to where it is pasted."""
    scale = pasted["scale"]
    matrix = np.array([[scale, 0, pasted["x"]], [0, scale, pasted["y"]], [0, 0, 1.0]])
    return Warp(matrix, facts.width, facts.height, Sampling("replicate"))


def _laid_over(peer: Peer, part: int, pasted: Params, soft: float, facts: Facts) -> Cut:
    if pasted.get("size") not in (None, [peer.facts.height, peer.facts.width]):
        raise StepError("copy_paste: what is pasted is not of its partner's size")
    moves = [_moved(pasted, facts)]
    shown = partial(_part, pasted, moves[0], soft)
    brought = partial(_brought, peer, moves, pasted["object"])
    return Cut(Laid(peer, moves, part), shown, brought)


def _brought(peer: Peer, moves: Sequence[Op], number: int) -> tuple[Placed, ...]:
    """Return the object that comes along; none where there are but areas of masks."""
    return ops.objects_after(moves, peer.objects[number : number + 1])


def _part(pasted: Params, move: Warp, soft: float) -> Plane:
    """Return how much of an object is seen at each pixel of a frame."""
    plane = (_filled if "rings" in pasted else _copied)(pasted, move)
    if soft > 0:
        size = 2 * math.ceil(3 * soft) + 1
        plane = cv2.GaussianBlur(plane, (size, size), soft, borderType=cv2.BORDER_REPLICATE)
    return plane


def _filled(pasted: Params, move: Warp) -> Plane:
    rings = [move.forward(np.array(ring, np.float64)) for ring in pasted["rings"]]
    x, y = np.arange(move.width) + 0.5, np.arange(move.height) + 0.5
    return filled(rings, x, y).astype(np.float32)


def _copied(pasted: Params, move: Warp) -> Plane:
    height, width = pasted["size"]
    plane = plane_of(Region(checked(pasted["counts"], width, height), height, width))
    inside = replace(move, sampling=Sampling("constant"))
    return ops.mask_after([inside], Mask(plane)).values[:, :, 0].astype(np.float32)

"""Where pictures usually lie in a dataset of a format, whatever was read."""

from __future__ import annotations

from augcli.dataset.splits import called

JPEG_IMAGES = "JPEGImages"
IMAGES = "images"
_PICTURES = frozenset((JPEG_IMAGES.casefold(), IMAGES))


def usual_place(format_: str, picture: str, split: str) -> str:
    """Return where a picture lies: VOC has one folder for all, others have one for each split."""
    *folders, name = picture.split("/")
    rest = [each for each in folders if each.casefold() not in _PICTURES]
    if format_ == "voc":
        return f"{JPEG_IMAGES}/{'_'.join([*rest, name])}"
    told = [each for each in rest if called(each, ()) == split]
    if told:
        rest.remove(told[0])
    return "/".join([IMAGES, split, *rest, name])

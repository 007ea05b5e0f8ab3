"""The ways of keeping labels, by the names that a recipe has for them."""

from __future__ import annotations

from augcli.image.labelled.base import Scheme
from augcli.image.labelled.yolo import YoloScheme

SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in (YoloScheme(),)}

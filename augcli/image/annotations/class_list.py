"""Lists of classes, a name a line, which tools write beside YOLO's labels for a `data.yaml`."""

from __future__ import annotations

from pathlib import PurePosixPath

from augcli.errors import SampleError
from augcli.image.annotations.base import Note, decoded
from augcli.image.annotations.data_yaml import DataYaml
from augcli.image.annotations.yolo import Yolo

_CALLED = ("classes.txt", "_darknet.labels")
_SUFFIX = ".names"


def is_class_list(name: str) -> bool:
    """Return whether a file is called as LabelImg, Label Studio, CVAT, Darknet or Roboflow do."""
    path = PurePosixPath(name)
    return path.name in _CALLED or path.suffix == _SUFFIX


def parse_class_list(data: bytes, name: str) -> DataYaml:
    """Return what a list says of a dataset: the names of its classes, all different."""
    names: dict[str, None] = {}
    notes: list[Note] = []
    for number, line in enumerate(decoded(data, name).rstrip().splitlines()):
        text = line.strip() or str(number)
        if text in names:
            told = f"a second class {text!r}, called {text!r} and its number"
            notes.append(Note(f"{name}:{number + 1}", told))
            text = f"{text} ({number})"
        names[text] = None
    if not names:
        raise SampleError(f"{name}: it is empty; a name of a class is expected in each line")
    return DataYaml(name, Yolo(tuple(names)), splits={}, notes=tuple(notes))

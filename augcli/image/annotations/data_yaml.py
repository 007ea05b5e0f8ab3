"""`data.yaml`, which names a YOLO dataset's classes and the places of its splits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import yaml
from msgspec import Struct, field

from augcli.errors import SampleError, did_you_mean
from augcli.image.annotations.base import SAME_KEY, Note, decoded
from augcli.image.annotations.keypoints import PERSON, names_for
from augcli.image.annotations.yolo import Yolo

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAX_BYTES = 1_000_000
_SPLITS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
"""Key → split."""
_ORIENTED = ("obb", "oriented")


class DataYaml(Struct, frozen=True):
    """What a `data.yaml` says of its dataset."""

    name: str
    """Its path in the dataset."""
    classes: Yolo
    splits: Mapping[str, tuple[str, ...]]
    """Split → folders and lists of pictures, as they are written."""
    path: str = ""
    """Where these are relative to, empty for the file's own folder."""
    swaps: tuple[int, ...] = ()
    """Which keypoint each becomes in a mirror (`flip_idx`)."""
    points: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Class → what its keypoints are called (`kpt_names`, else made up), if it has some."""
    are_named: bool = False
    """Whether none of these is made up."""
    task: str | None = None
    notes: tuple[Note, ...] = ()


class _Nodes:
    """The top of a document, and where its parts are written."""

    def __init__(self, data: bytes, name: str):
        self.name = name
        self.text = decoded(data, name)
        top = self._top()
        self.is_braced = bool(top.flow_style)
        pairs = ((key, value) for key, value in top.value if isinstance(key, yaml.ScalarNode))
        self.nodes: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        self.notes: list[Note] = []
        for key, value in pairs:
            if key.value in self.nodes:
                self.notes.append(Note(self.place(key), SAME_KEY))
            self.nodes[key.value] = key, value

    def _top(self) -> yaml.MappingNode:
        if len(self.text) > _MAX_BYTES:
            raise SampleError(f"{self.name} is larger than {_MAX_BYTES:,} bytes")
        try:
            top = yaml.compose(self.text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.context_mark or error.problem_mark
            line = mark.line + 1 if mark else 1
            raise SampleError(f"{self.name}:{line}: it is no YAML: {error.problem}") from None
        except (yaml.YAMLError, RecursionError) as error:
            raise SampleError(f"{self.name}: it is no YAML: {error}") from None
        if not isinstance(top, yaml.MappingNode):
            raise SampleError(f"{self.name}: it has no keys; `names: [cat, dog]` is expected")
        return top

    def place(self, node: yaml.Node) -> str:
        return f"{self.name}:{node.start_mark.line + 1}"

    def text_of(self, key: str) -> str | None:
        """Return the text under a key, None where there is none."""
        node = self.nodes[key][1] if key in self.nodes else None
        if not isinstance(node, yaml.ScalarNode) or _is_null(node):
            return None
        return str(node.value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list, or the one that stands there alone."""
        node = self.nodes[key][1] if key in self.nodes else None
        if isinstance(node, yaml.SequenceNode):
            return tuple(self._text(each) for each in node.value)
        alone = self.text_of(key)
        return () if alone is None else (alone,)

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise SampleError(f"{self.place(node)}: a text or a number is expected here")
        return str(node.value)

    def numbered(self, key: str) -> list[tuple[int, str, str]]:
        """Return number, text and place of what a list or a mapping of numbers holds."""
        node = self.nodes[key][1]
        if isinstance(node, yaml.SequenceNode):
            return [(at, self._text(each), self.place(each)) for at, each in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            told = f"`{key}` must be a list, or numbers with a name each"
            raise SampleError(f"{self.place(node)}: {told}")
        return [
            (self._whole(number), self._text(each), self.place(number))
            for number, each in node.value
        ]

    def _whole(self, node: yaml.Node) -> int:
        text = self._text(node)
        if not re.fullmatch(r"\d{1,9}", text):
            raise SampleError(f"{self.place(node)}: {text!r} is no number of a class")
        return int(text)

    def lists(self, key: str) -> dict[int, tuple[str, ...]]:
        """Return the lists of texts in a mapping of numbers, by these."""
        node = self.nodes[key][1] if key in self.nodes else None
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        told = ((each, own) for each, own in pairs if isinstance(own, yaml.SequenceNode))
        return {self._whole(each): tuple(map(self._text, own.value)) for each, own in told}

    def wholes(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        if key not in self.nodes or self.text_of(key) is not None:
            return ()
        node = self.nodes[key][1]
        return tuple(map(self._whole, node.value)) if isinstance(node.value, list) else ()


def _is_null(node: yaml.ScalarNode) -> bool:
    return node.value in _NULLS and node.style not in ("'", '"')


_NULLS = ("", "~", "null", "Null", "NULL")


def parse_data_yaml(data: bytes, name: str) -> DataYaml:
    """Return what a `data.yaml` says; SampleError with its line where it cannot be."""
    nodes = _Nodes(data, name)
    names, notes = _names(nodes)
    shape, swaps = nodes.wholes("kpt_shape"), nodes.wholes("flip_idx")
    points = _points(shape, swaps, nodes)
    called = names_for(points[0], swaps) if points else ()
    told = {at: own for at, own in nodes.lists("kpt_names").items() if len(own) == len(called)}
    task = nodes.text_of("task")
    return DataYaml(
        name=name,
        classes=Yolo(names, points, oriented=task in _ORIENTED),
        splits=_splits(nodes),
        path=nodes.text_of("path") or "",
        swaps=swaps,
        points={name: told.get(number, called) for number, name in enumerate(names) if called},
        are_named=called == PERSON or len(told) == len(names),
        task=task,
        notes=(*nodes.notes, *notes),
    )


def _splits(nodes: _Nodes) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, split in _SPLITS.items():
        if texts := nodes.texts(key):
            found[split] = (*found.get(split, ()), *texts)
    return found


def _names(nodes: _Nodes) -> tuple[tuple[str, ...], list[Note]]:
    """Return the names of classes, all different, and notes on them."""
    if "names" not in nodes.nodes:
        known = did_you_mean("names", nodes.nodes)
        raise SampleError(f"{nodes.name}: there is no `names` with the names of classes{known}")
    rows = sorted(nodes.numbered("names"))
    names: dict[str, int] = {}
    notes: list[Note] = []
    for expected, (number, text, place) in enumerate(rows):
        if number != expected:
            raise SampleError(f"{place}: class {number}, where {expected} is expected")
        if text in names:
            notes.append(Note(place, f"a second class {text!r}, called {text!r} and its number"))
        names[f"{text} ({number})" if text in names else text] = number
    return tuple(names), [*notes, *_counted(nodes, len(names))]


def _counted(nodes: _Nodes, count: int) -> Iterator[Note]:
    told = nodes.text_of("nc")
    if told is not None and told != str(count):
        place = nodes.place(nodes.nodes["nc"][0])
        yield Note(place, f"`nc: {told[:40]}`, but there are {count} names; the names are believed")


def _points(
    shape: tuple[int, ...], swaps: tuple[int, ...], nodes: _Nodes
) -> tuple[int, int] | None:
    """Return how many keypoints an object has, and of how many numbers each."""
    if not shape:
        return None
    if len(shape) != 2 or shape[0] < 1 or shape[1] not in (2, 3):
        place = nodes.place(nodes.nodes["kpt_shape"][0])
        raise SampleError(f"{place}: `kpt_shape` is how many points, and 2 or 3 numbers for each")
    if swaps and sorted(swaps) != list(range(shape[0])):
        place = nodes.place(nodes.nodes["flip_idx"][0])
        raise SampleError(f"{place}: `flip_idx` must have each number from 0 to {shape[0] - 1}")
    return shape[0], shape[1]


def with_splits(data: bytes, name: str, splits: Mapping[str, Sequence[str]]) -> bytes:
    """Return a `data.yaml` whose splits lie elsewhere, beside it; all else stays as it is written.

    `path` is left out, as it leads to the dataset that was read.
    """
    nodes = _Nodes(data, name)
    if nodes.is_braced:
        told = parse_data_yaml(data, name)
        return new_data_yaml(
            told.classes, splits, told.swaps, told.points if told.are_named else {}
        )
    lines = nodes.text.splitlines(keepends=True)
    spans = [
        _lines_of(*nodes.nodes[key], lines) for key in ("path", *_SPLITS) if key in nodes.nodes
    ]
    end = "\r\n" if "\r\n" in nodes.text else "\n"
    gone = {line for span in spans for line in span}
    kept = [line for number, line in enumerate(lines) if number not in gone]
    first = min(gone, default=0)
    if kept and not kept[-1].endswith("\n"):
        kept[-1] += end
    new = [f"{line}{end}" for line in _split_lines(splits)]
    return "".join([*kept[:first], *new, *kept[first:]]).encode()


def with_count(data: bytes, name: str) -> bytes:
    """Return a `data.yaml` whose `nc` is the number of its names; training refuses another."""
    nodes = _Nodes(data, name)
    count, told = len(nodes.numbered("names")), nodes.text_of("nc")
    if told in (None, str(count)):
        return data
    value = nodes.nodes["nc"][1]
    before, after = nodes.text[: value.start_mark.index], nodes.text[value.end_mark.index :]
    return f"{before}{count}{after}".encode()


def _lines_of(key: yaml.Node, value: yaml.Node, lines: Sequence[str]) -> range:
    """Return the lines of a key and its value, without blank ones and comments behind."""
    last = max(key.start_mark.line, value.end_mark.line - (value.end_mark.column == 0))
    while last > key.start_mark.line and re.match(r"\s*(#|$)", lines[last]):
        last -= 1
    return range(key.start_mark.line, last + 1)


def _split_lines(splits: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"{split}: {_quoted(places[0]) if len(places) == 1 else _flow(places)}"
        for split, places in splits.items()
    ]


def _flow(places: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, places))}]"


def _quoted(text: str) -> str:
    """Return a text as YAML has it, quoted where it may mean something else."""
    is_plain = re.fullmatch(r"[A-Za-z_./][\w./ -]*\w", text) and text.lower() not in _WORDS
    return text if is_plain else json.dumps(text, ensure_ascii=False)


_WORDS = frozenset(("yes", "no", "on", "off", "true", "false", "null", "none"))


def new_data_yaml(
    classes: Yolo,
    splits: Mapping[str, Sequence[str]],
    swaps: Sequence[int] = (),
    points: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> bytes:
    """Return the `data.yaml` of a dataset that had none; `points` are named class by class."""
    lines = _split_lines(splits)
    if classes.points:
        lines.append(f"kpt_shape: {list(classes.points)}")
    if swaps:
        lines.append(f"flip_idx: {list(swaps)}")
    numbered = [*enumerate(classes.names)]
    lines += ["names:", *(f"  {number}: {_quoted(name)}" for number, name in numbered)]
    named = [f"  {number}: {_flow(points[name])}" for number, name in numbered if name in points]
    return "\n".join([*lines, *(["kpt_names:", *named] if named else []), ""]).encode()

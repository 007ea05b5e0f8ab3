"""Tables as `datasets` of Hugging Face reads them, with a card that says what the columns are.

Nothing is packed, as pictures are packed already: so the bytes of a file stand in its shard one
after the other, and can be had from there without reading the table.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from augcli.disk.folder import Folder
from augcli.disk.inside import suffix_of
from augcli.kind import kind_of, load_kind
from augcli.layouts.base import (
    Census,
    Layout,
    Listed,
    Place,
    Sample,
    is_picture,
    named,
    part_of,
    proven,
)
from augcli.lazily import Lazily
from augcli.records.provenance import Record
from augcli.task import Plain

if TYPE_CHECKING:
    import polars as pl
else:
    pl = Lazily("polars")

_GROUP = 100
"""Rows that a reader holds in memory at a time."""
_SOUNDS = frozenset([".wav", ".wave", ".flac", ".ogg", ".oga"])
_FILES = ("image", "audio")
"""Columns that have the very bytes of an output."""
_VALUES = ("text", "values")
"""Columns that have what is in an output; its bytes are kept beside."""
_OWN = (*_FILES, *_VALUES, "label", "objects", "record")
"""All columns but those of pictures that lie beside outputs, in their order."""
_PLAIN = {"Int64": "int64", "Float64": "float64", "String": "string", "Boolean": "bool"}


class Parquet(Layout):
    """A table for each shard: the sample, its class by number, its objects, the whole record."""

    name = "parquet"
    version = 2
    libraries = ("polars",)
    most_rows = 1_000_000

    def shard(self, split: str, number: int, count: int) -> str:
        """Return the name of a shard, as such tables are called on the hub."""
        return f"data/{named(split)}-{number:05d}-of-{count:05d}.parquet"

    def columns(self, record: Record) -> Iterator[str]:
        """Yield the columns that have something of a sample."""
        yield _column_of(record)
        yield from _beside(record)
        if record.label is not None:
            yield "label"
        if getattr(record, "targets", None):
            yield "objects"

    def write(
        self, file: IO[bytes], samples: Sequence[Sample], files: Folder, census: Census
    ) -> Iterator[tuple[str, Place]]:
        """Write a table, and find in it where the files begin."""
        columns = _ordered(census)
        rows = [_Row(sample, files, census) for sample in samples]
        table = {name: [row.cell(name) for row in rows] for name in columns}
        _frame(table).write_parquet(
            file, compression="uncompressed", row_group_size=_GROUP, statistics=False
        )
        file.flush()
        if rows:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as written:
                for name in columns:
                    yield from _found(
                        written, [row.files[name] for row in rows if name in row.files]
                    )

    def listing(
        self, splits: Mapping[str, Sequence[Listed]], census: Census
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield the card of the dataset."""
        features = [{"name": name} | _feature(name, census) for name in _ordered(census)]
        told = "the column `record` tells where each sample comes from, and what was done to it"
        yield "README.md", _card(splits, features, told)

    def of_rows(self, rows: pl.DataFrame) -> bytes:
        """Return a table with the columns of rows, and classes by their numbers."""
        data = BytesIO()
        rows.with_columns(pl.selectors.enum().to_physical().cast(pl.Int64)).write_parquet(data)
        return data.getvalue()

    def listing_of_rows(
        self, splits: Mapping[str, Sequence[Listed]], rows: pl.DataFrame
    ) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield the card of the dataset."""
        told = f"its column `{rows.columns[-1]}` tells which rows are new" if splits else "no rows"
        yield "README.md", _card(splits, _of_rows(rows), told)


def _column_of(record: Record) -> str:
    """Return the column that has a sample itself."""
    is_sound = suffix_of(record.output).lower() in _SOUNDS
    return "audio" if is_sound and record.content == "values" else record.content


def _beside(record: Record) -> dict[str, str]:
    """Return the pictures beside an output by the columns that have them."""
    found: dict[str, str] = {}
    for name in filter(is_picture, record.beside or ()):
        part = part_of(name, record.output)
        while part in found or part in _OWN:
            part += "_"
        found[part] = name
    return found


def _ordered(census: Census) -> list[str]:
    """Return the columns in their order."""
    known = {*census.columns, "record"}
    others = [name for name in census.columns if name not in _OWN]
    first, *rest = [name for name in _OWN if name in known]
    return [first, *others, *rest]


class _Row:
    """A sample as a line of a table."""

    def __init__(self, sample: Sample, files: Folder, census: Census):
        self._sample, self._census = sample, census
        own, record = _column_of(sample.record), sample.record
        self._own = own
        self._data = proven(files, record.output, record.sha256)
        names = _beside(record) | ({own: record.output} if own in _FILES else {})
        self.files = {
            column: (
                name,
                self._data if column == own else proven(files, name, record.written[name]),
            )
            for column, name in names.items()
        }
        """Name and bytes of the files that the table has as they are, by column."""

    def cell(self, column: str) -> Any:
        """Return what a column has of it."""
        record = self._sample.record
        if column in self.files:
            name, data = self.files[column]
            return {"bytes": data, "path": name.rpartition("/")[2]}
        if column == self._own:
            return self._value(record)
        told = {"label": self._sample.number, "record": self._sample.line}
        return self._objects() if column == "objects" else told.get(column)

    def _value(self, record: Record) -> Any:
        """Return a text, or the channels of a series."""
        read = load_kind(kind_of(record)).contents
        assert read is not None
        value = read(record, self._data)[0].value
        return value.tolist() if self._own == "values" and value is not None else value

    def _objects(self) -> Plain:
        """Return boxes as left, top, width and height, and classes by their numbers."""
        targets = getattr(self._sample.record, "targets", None) or []
        classes = [self._census.objects.index(str(each["label"])) for each in targets]
        return {"bbox": [_box(each) for each in targets], "category": classes}


def _box(target: Plain) -> list[float] | None:
    if (box := target.get("box")) is None:
        return None
    left, top, right, bottom = box
    return [left, top, right - left, bottom - top]


def _frame(table: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    file = pl.Struct({"bytes": pl.Binary, "path": pl.String})
    objects = pl.Struct({"bbox": pl.List(pl.List(pl.Float64)), "category": pl.List(pl.Int64)})
    types: dict[str, Any] = {
        **{"text": pl.String, "values": pl.List(pl.List(pl.Float64))},
        **{"label": pl.Int64, "objects": objects, "record": pl.String},
    }
    return pl.DataFrame(table, schema={name: types.get(name, file) for name in table})


def _found(written: mmap.mmap, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, Place]]:
    """Yield where the files of a column begin, which stand there in their order."""
    end = 0
    for name, data in files:
        begin = written.find(data, end)
        if begin >= 0:
            end = begin + len(data)
            yield name, [begin, len(data)]


def _card(
    splits: Mapping[str, Sequence[Listed]], features: Sequence[Plain], told: str
) -> Iterator[str]:
    """Yield the card: what the columns are in YAML, then what it is for people."""
    import yaml

    data = [{"split": _split(name), "path": f"data/{named(name)}-*.parquet"} for name in splits]
    sizes = [
        {
            "name": _split(name),
            "num_bytes": sum(each.bytes for each in shards),
            "num_examples": sum(each.samples for each in shards),
        }
        for name, shards in splits.items()
    ]
    head = {
        "configs": [{"config_name": "default", "data_files": data}],
        "dataset_info": ({"features": features} if features else {}) | {"splits": sizes},
    }
    yield f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---\n\n"
    yield "# An augmented dataset\n\n"
    yield f"Made by `augment`: {told}. `load_dataset` of `datasets` reads this folder.\n"


def _split(name: str) -> str:
    """Return what a split is called where nothing but letters, digits and `_` may be in a name."""
    return re.sub(r"\W", "_", name)


def _feature(column: str, census: Census) -> Plain:
    """Return what a card says of a column."""
    boxes = {"name": "bbox", "list": {"list": "float64"}}
    told: dict[str, Plain] = {
        **{"audio": {"dtype": "audio"}, "text": {"dtype": "string"}},
        **{"values": {"list": {"list": "float64"}}, "record": {"dtype": "string"}},
        "label": {"dtype": _class_label(census.classes)},
        "objects": {
            "struct": [boxes, {"name": "category", "list": _class_label(census.objects)}],
        },
    }
    return told.get(column, {"dtype": "image"})


def _of_rows(rows: pl.DataFrame) -> list[Plain]:
    """Return what a card says of columns; nothing where readers know better what one is."""
    told = [{"name": name} | _of_dtype(dtype) for name, dtype in rows.schema.items()]
    return told if all(len(each) > 1 for each in told) else []


def _of_dtype(dtype: pl.DataType) -> Plain:
    if isinstance(dtype, pl.Enum):
        return {"dtype": _class_label(dtype.categories.to_list())}
    if isinstance(dtype, pl.List):
        return {"list": {"list": "float64"}}
    return {"dtype": _PLAIN[str(dtype)]} if str(dtype) in _PLAIN else {}


def _class_label(names: Sequence[str]) -> Plain:
    """Return what a card says of a column that has the numbers of classes."""
    return {"class_label": {"names": {str(at): name for at, name in enumerate(names)}}}


LAYOUT = Parquet()

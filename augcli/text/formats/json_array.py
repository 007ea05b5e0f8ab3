"""JSON files that are one list of objects: new ones follow the last, all else byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from augcli.errors import SampleError, SettingError
from augcli.plural import few
from augcli.task import Buffer, Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import TextFile, in_columns
from augcli.text.formats.chats import is_chat
from augcli.text.formats.jsonl import JsonlFile

_DECODER = json.JSONDecoder()
_KEYS = ("spans", "offsets", "roles", "tags", "encoding")
_HEAD = 1 << 16
_BETWEEN = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


class JsonArrayFile(JsonlFile):
    """A file that is a list of JSON objects."""

    def _find_lines(self) -> None:
        """Find where the objects are; SampleError where they are no list."""
        text = bytes(self.body.data[self.body.start :]).decode()
        at, place = text.index("[") + 1, self.body.start
        at, place = self._after(text, at, place, 0)
        while at < len(text) and text[at] != "]":
            try:
                _, end = _DECODER.raw_decode(text, at)
            except (json.JSONDecodeError, RecursionError) as error:
                told = getattr(error, "msg", "brackets in too many others")
                where = f"line {text.count(chr(10), 0, at) + 1}"
                raise SampleError(f"no list of JSON objects: {told} ({where})") from None
            self.starts.append(place)
            place += len(text[at:end].encode())
            self.ends.append(place)
            at, place = self._after(text, end, place, end)
        if at >= len(text):
            raise SampleError(f"{self.name} is cut off: its list does not end")

    @staticmethod
    def _after(text: str, at: int, place: int, counted: int) -> tuple[int, int]:
        """Return where the next object is, in letters and in bytes, so many letters counted."""
        found = _BETWEEN.match(text, at)
        end = found.end() if found else at
        return end, place + len(text[counted:end].encode())

    def part(self, rows: Sequence[int]) -> bytes:
        """Return a list of some of its objects, between what stands around all."""
        around = (self.body.data[: self.starts[0]], self.body.data[self.ends[-1] :])
        head, tail = (self.body.form.from_plain(bytes(each)) for each in around)
        inside = self._separator_of_objects.join(map(self.raw, rows))
        return head + self.body.encoded(inside) + tail

    def payload(self, rows: Iterable[str]) -> bytes:
        """Return objects with what stands between two of them, encoded."""
        between = self._separator_of_objects
        return self.body.encoded("".join(f"{between}{row}" for row in rows))

    @property
    def _separator_of_objects(self) -> str:
        if len(self) < 2:
            return "," + self.line_end
        return bytes(self.body.data[self.ends[0] : self.starts[1]]).decode()

    def assembled(self, blocks: Iterable[tuple[Sequence[int], bytes]]) -> Iterator[Buffer]:
        """Yield the file, new objects after its last one."""
        end, form = self.ends[-1], self.body.form
        yield form.from_plain(bytes(self.body.data[:end]))
        yield from (block for _, block in blocks)
        yield form.from_plain(bytes(self.body.data[end:]))


def is_array(head: str) -> bool:
    """Return whether a text begins as a list of JSON objects."""
    return bool(re.match(r"\ufeff?\s*\[\s*\{", head))


@in_columns("jsonl", (".jsonl", ".ndjson", ".json"), *_KEYS)
def open_json(source: Source, settings: TextDatasetSettings) -> TextFile:
    """Return a file of objects: one a line, or all in a list."""
    head = bytes(source.data[:256]).decode(settings.encoding or "utf-8", "replace")
    if is_array(head):
        return JsonArrayFile(source, settings)
    _refuse_nested(source)
    return JsonlFile(source, settings)


def _refuse_nested(source: Source) -> None:
    """Raise SettingError for one object with lists of samples, as JSON for programs often is."""
    found = _alone(source)
    lists = [key for key, value in found.items() if _holds_samples(value)]
    if lists and not any(map(_is_text, found.values())):
        told = f"{source.name} is one JSON object, with lists under {few([*map(repr, lists)])}"
        hint = "texts are read from a list of objects, or from an object a line"
        raise SettingError(("dataset", "path"), f"{told}; {hint}: write the samples so")


def _alone(source: Source) -> dict[str, Any]:
    """Return the one object that a file is; an empty one where it has others, or none."""
    first, _, more = bytes(source.data[:_HEAD]).strip().partition(b"\n")
    if more and _json(first):
        return {}
    found = _json(source.data[:])
    return found if isinstance(found, dict) else {}


def _json(data: bytes) -> Any:
    """Return what JSON says; None where it is none."""
    with suppress(ValueError, RecursionError):
        return json.loads(data)
    return None


def _holds_samples(value: Any) -> bool:
    """Return whether a value may be many samples, or all their texts."""
    is_list = isinstance(value, list) and len(value) > 1 and not is_chat(value)
    return is_list and any(isinstance(each, dict) or _is_text(each) for each in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and " " in value

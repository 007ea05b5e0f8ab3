"""A word a line with its tags, blank lines between sentences, as CoNLL has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from augcli.dataset.columns import column_of
from augcli.dataset.formats import register_format
from augcli.errors import SettingError
from augcli.task import Buffer, Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import LinedFile, Row, RowFormat
from augcli.text.formats.tagged import aligned, outside, runs, sentence, spans_of_runs
from augcli.text.words import Span

_FEWEST, _MOST_CELLS = 6, 14
_NEARLY = 0.95
_DOCUMENT = "-DOCSTART-"
_UNKNOWN = "_"
"""What is told of a new word where there is no tag: nothing is known."""
_TREE = 8
"""Cells of a word that has its head in one of them, as CoNLL-U and CoNLL-X have."""
_SAMPLED = 200
_HEAD = 1 << 16
_GAP = re.compile(r"[ \t]+")
_FIRST = re.compile(r"\S+")


def is_conll(head: str) -> bool:
    """Return whether a text has a word a line, each with its tags."""
    *lines, _ = head.rstrip().split("\n")
    rows = [line.split() for line in lines if not line.startswith(("#", _DOCUMENT))]
    words = list(filter(None, rows))
    if len(words) < _FEWEST or len(words) == len(rows):
        return False
    (cells, times), *_ = Counter(map(len, words)).most_common(1)
    return 1 < cells <= _MOST_CELLS and times >= _NEARLY * len(words)


class ConllFile(LinedFile):
    """A file of sentences."""

    def __init__(self, source: Source, settings: TextDatasetSettings):
        super().__init__(source, settings)
        head = filter(None, map(str.split, self.body.head(_HEAD).split("\n")))
        self._width = Counter(map(len, head)).most_common(1)[0][0] if len(self.body.data) else 2
        self._find_sentences()
        some = [row for index in range(min(len(self), _SAMPLED)) for row in self._rows(index)]
        first = [row[0] for row in some]
        self._numbered = bool(first) and all(map(str.isdecimal, first))
        word = settings.texts or [int(self._numbered)]
        self._word = self._column("text", word[0])
        self._tag = self._column("tags", -1 if settings.tags is None else settings.tags)
        self._refuse(some)

    def _column(self, key: str, ref: str | int) -> int:
        return column_of(self.name, (), ref, key, width=self._width)

    def _refuse(self, some: Sequence[Sequence[str]]) -> None:
        """Raise SettingError for trees, and where no word may be edited."""
        heads = self._numbered and self._width >= _TREE
        if heads and any(all(row[at].isdecimal() for row in some) for at in range(2, self._width)):
            told = f"{self.name} says of each word which other one it hangs on, as CoNLL-U does"
            raise SettingError(("dataset", "path"), f"{told}: copies would tear that apart")
        tags = [row[self._tag] for row in some if len(row) == self._width]
        if tags and not any(map(outside, tags)):
            told = f"no word of {self.name} has the tag O in column {self._tag}"
            raise SettingError(("dataset", "tags"), f"{told}: there is nothing to edit")

    def _find_sentences(self) -> None:
        """Find where runs of lines with words are."""
        data, begin = self.body.data, -1
        for start, end in self.body.lines():
            line = data[start:end].decode().strip()
            if begin >= 0 and not line:
                self._add(begin, start)
                begin = -1
            elif begin < 0 and line and not self._is_told(line):
                begin = start
        if begin >= 0:
            self._add(begin, len(data))

    def _is_told(self, line: str) -> bool:
        """Return whether a line is a remark, or says that a document begins."""
        if line.startswith(_DOCUMENT):
            return True
        return line.startswith("#") and len(_GAP.split(line)) != self._width

    def _add(self, start: int, end: int) -> None:
        self.starts.append(start)
        self.ends.append(end)

    def _rows(self, index: int) -> list[list[str]]:
        return [_GAP.split(line.strip()) for line in self._lines(index)]

    def _lines(self, index: int) -> list[str]:
        """Return the lines of a sentence that have words."""
        lines = self.raw(index).split(self.line_end[-1])
        return [line.rstrip("\r") for line in lines if not self._is_told(line)]

    def row(self, index: int) -> Row:
        """Return a sentence, where words with tags are labelled spans."""
        rows = self._rows(index)
        odd = next((at for at, row in enumerate(rows) if len(row) != self._width), None)
        if odd is not None:
            told = f"line {self.line(index) + odd} has {len(rows[odd])} cells"
            return Row("", trouble=f"{told} instead of {self._width}")
        words, tags = self._columns(rows)
        return Row(sentence(words), spans=spans_of_runs(words, runs(words, tags)))

    def _columns(self, rows: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
        return [row[self._word] for row in rows], [row[self._tag] for row in rows]

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return a sentence with other words; the lines of those that stay are as they were."""
        lines, rows = self._lines(index), self._rows(index)
        words, tags = self._columns(rows)
        found = aligned(words, runs(words, tags), text, spans)
        if found is None:
            return None
        free = next(filter(outside, tags), "O")
        gap = _GAP.search(lines[0])
        new = (
            lines[at] if at is not None else self._line(word, free, gap[0] if gap else "\t")
            for word, at in found
        )
        return self.line_end.join(map(self._as_number, range(1, len(found) + 1), new))

    def _line(self, word: str, tag: str, gap: str) -> str:
        cells = [_UNKNOWN] * self._width
        cells[self._word], cells[self._tag] = word, tag
        return gap.join(cells)

    def _as_number(self, number: int, line: str) -> str:
        """Return a line with its number, where lines have such."""
        return _FIRST.sub(str(number), line, count=1) if self._numbered else line

    def payload(self, rows: Iterable[str]) -> bytes:
        """Return sentences, a blank line after each."""
        return super().payload(f"{row}{self.line_end}" for row in rows)

    def assembled(self, blocks: Iterable[tuple[Sequence[int], bytes]]) -> Iterator[Buffer]:
        """Yield the file with new sentences after a blank line."""
        parts = super().assembled(blocks)
        yield from islice(parts, 2)
        first = next(parts)
        tail = bytes(self.body.data[-8:]).replace(b"\r", b"")
        yield self.body.encoded(self.line_end) if first and not tail.endswith(b"\n\n") else b""
        yield first
        yield from parts


_KEYS = frozenset(("text", "tags", "encoding"))
_ENDS = (".conll", ".conllu", ".bio", ".iob", ".iob2")
register_format(RowFormat("conll", _ENDS, _KEYS, lambda *told: ConllFile(*told[:2])))

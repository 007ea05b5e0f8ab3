"""New rows of a block of sources of one file: drawn, written, and told of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b

from pydantic_core import to_json

from augcli.names import group_of
from augcli.records.row_records import MARKS, ROW
from augcli.rows.tables import dumped, loaded, packed, plain_name, unpacked
from augcli.text.config import TextDatasetSettings
from augcli.text.corpus import Corpus, CorpusPlan, label_of
from augcli.text.drawing import Drawn, courses_of, draw_copies
from augcli.text.formats.base import Row
from augcli.text.job import TextJob
from augcli.text.provenance import Columns
from augcli.text.words import Document, Reading


@dataclass
class Made:
    """New rows of a block."""

    lines: Columns
    rows: list[int] = field(default_factory=list)
    """The sources' rows within their file."""
    hashes: list[int] = field(default_factory=list)
    """Of the new texts that are not their source's."""

    def packed(self, payload: bytes) -> bytes:
        """Return all as one, the lines last: not all who read it want them."""
        repeats = len(self.rows) - self.lines["repeats"].count(None)
        told = [self.rows, self.hashes, repeats, len(payload)]
        return packed(told, payload + dumped(self.lines))


class Block:
    """New rows of a block, read again."""

    def __init__(self, data: bytes):
        told, rest = unpacked(data)
        self.rows: list[int] = told[0]
        """The sources' rows within their file."""
        self.hashes: list[int] = told[1]
        self.repeats: int = told[2]
        """How many are their source's own text."""
        self.payload = bytes(rest[: told[3]])
        self._lines = rest[told[3] :]

    @property
    def lines(self) -> Columns:
        """Return where the rows come from."""
        lines: Columns = loaded(self._lines)
        return lines


def stable_hash(text: str) -> int:
    """Return 63 bits that are the same in every process."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


class BlockMaker:
    """Draws and writes the copies of blocks of rows of one file."""

    def __init__(  # noqa: PLR0913, PLR0917 – what a copy hangs on
        self,
        job: TextJob,
        settings: TextDatasetSettings,
        reading: Reading,
        corpus: Corpus,
        decided: CorpusPlan,
        file: int,
    ):
        self._courses = courses_of(job.courses)
        self._marks = MARKS if job.is_marked else {}
        self._seed = job.seed
        self._settings = settings
        self._corpus = corpus
        self._decided = decided
        self._reading = reading
        self._file = corpus.files[file]
        self._start = corpus.starts[file]
        self._known = corpus.known

    def __call__(self, rows: Sequence[int], begin: Callable[[int], None]) -> bytes:
        """Return the copies of some rows, packed: their rows, lines and hashes, and the payload."""
        made = Made(lines={name: [] for name in (*ROW, *self._marks)})
        written: list[str] = []
        for place, row in enumerate(rows):
            begin(place)
            index = row - self._start
            sample = self._file.row(index)
            drawn = self._drawn(row, sample, self._decided.by_stage(row))
            written += [each.row or self._own_row(index, sample) for each in drawn]
            self._tell(made, row, sample, drawn)
        made.lines["output"] = [plain_name(self._file.name)] * len(made.rows)
        return made.packed(self._file.payload(written))

    def _drawn(self, row: int, sample: Row, counts: Sequence[int]) -> list[Drawn]:
        """Return the copies of a row; what equals another text is its source's own row."""
        document = Document(sample.text, self._reading, sample.spans)
        drawn = draw_copies(
            self._courses,
            self._seed,
            self._corpus.row_id(row),
            counts,
            label_of(sample.label, self._settings),
            document,
            partial(self._new_row, row - self._start),
        )
        return list(drawn)

    def _own_row(self, index: int, sample: Row) -> str:
        """Return a row once more: it is reported, and the counts stay exact."""
        text = self._file.written(index, sample.text, sample.spans)
        assert text is not None
        return text

    def _tell(self, made: Made, row: int, sample: Row, drawn: list[Drawn]) -> None:
        """Note where some new rows come from."""
        lines, count, index = made.lines, len(drawn), row - self._start
        made.rows += [index] * count
        made.hashes += [stable_hash(each.document.text) for each in drawn if each.row is not None]
        lines["base"] += [plain_name(self._corpus.source_id(row))] * count
        lines["split"] += [self._corpus.splits[row]] * count
        lines["label"] += [sample.label] * count
        lines["copy"] += [each.spot.copy for each in drawn]
        lines["method"] += ["copies"] * count
        lines["steps"] += [to_json(each.steps).decode() for each in drawn]
        lines["attempt"] += [each.attempt or None for each in drawn]
        lines["repeats"] += [each.repeats for each in drawn]
        if self._marks:
            lines["stage"] += [each.spot.stage for each in drawn]
            lines["group"] += [group_of(lines["base"][-1], each.spot) for each in drawn]
            lines["view"] += [each.spot.view for each in drawn]

    def _new_row(self, index: int, made: Document) -> str | None:
        """Return a copy as its file has it; None if it is no new text or cannot be written."""
        text = made.text
        if self._is_known(hash(text)) or not text.strip():
            return None
        row = self._file.written(index, text, made.spans)
        if row is not None and not row.isascii():
            try:
                self._file.payload([row])
            except UnicodeEncodeError:
                return None
        return row

    def _is_known(self, digest: int) -> bool:
        known = self._known
        place = bisect_left(known, digest)
        return place < len(known) and known[place] == digest

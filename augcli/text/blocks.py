"""New rows of a block of sources of one file: drawn, written, and told of."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import blake2b
from itertools import accumulate, chain

from msgspec import Struct, field

from augcli.again import Again
from augcli.errors import LostError, StepError
from augcli.names import group_of
from augcli.once import Once
from augcli.plural import several
from augcli.requests.spread import Part
from augcli.rows.tables import packed, plain_name, unpacked
from augcli.text.corpus import Corpus, CorpusPlan, label_of
from augcli.text.drawing import Drawn, Failed, Original, courses_of, draw_copies
from augcli.text.formats.base import Row, Writer
from augcli.text.job import TextJob
from augcli.text.provenance import Lines
from augcli.text.readings import Readings
from augcli.text.words import Document


class Made(Struct):
    """New rows of a block."""

    rows: list[int] = field(default_factory=list)
    """The sources' rows within their file."""
    lines: Lines = field(default_factory=Lines)
    hashes: list[bytes] = field(default_factory=list)
    """Of the new texts that are not their source's, 64 bits each."""
    failed: list[tuple[int, str]] = field(default_factory=list)
    """Rows of the dataset that a step fails on, and why: they have no copies."""
    lost: list[tuple[int, str]] = field(default_factory=list)
    """Those that a program was lost on, which the next run tries again."""

    def packed(self, payload: bytes) -> bytes:
        """Return all as one, the lines last: not all who read it want them."""
        repeats = len(self.rows) - self.lines.repeats.count(None)
        hashes = b"".join(self.hashes)
        told = [self.rows, repeats, self.failed, self.lost, len(hashes), len(payload)]
        return packed(told, hashes, payload, self.lines.packed())


class Block:
    """New rows of a block, read again."""

    def __init__(self, data: bytes):
        told, rest = unpacked(data)
        self.rows: list[int] = told[0]
        """The sources' rows within their file."""
        self.repeats: int = told[1]
        """How many are their source's own text."""
        self.failed: list[tuple[int, str]] = told[2]
        """Rows of the dataset that a step fails on, and why."""
        self.lost: list[tuple[int, str]] = told[3]
        """Those that a program was lost on."""
        hashes, payload = accumulate(told[4:])
        self.hashes = rest[:hashes]
        self.payload = bytes(rest[hashes:payload])
        self._lines = rest[payload:]

    @property
    def lines(self) -> Lines:
        """Return where the rows come from."""
        return Lines.read(bytes(self._lines))


def stable_hash(text: str) -> bytes:
    """Return 64 bits that are the same in every process."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class BlockMaker:
    """Draws and writes the copies of blocks of rows of one file."""

    def __init__(
        self, job: TextJob, readings: Readings, corpus: Corpus, plan: CorpusPlan, file: int
    ):
        self._job, self._readings, self._corpus, self._plan = job, readings, corpus, plan
        self._file, self._start, self._known = corpus.files[file], corpus.starts[file], corpus.known

    def __call__(self, rows: Sequence[int], begin: Callable[[int], None]) -> bytes:
        """Return the copies of some rows, packed: their rows, lines and hashes, and the payload."""
        made, written = Made(), list[str]()
        samples = [self._file.row(row - self._start) for row in rows]
        courses, seed = courses_of(self._job.courses), self._job.seed
        drawn = draw_copies(courses, seed, self._originals(rows, samples, begin))
        for place, (row, sample, copies) in enumerate(zip(rows, samples, drawn, strict=True)):
            begin(place)
            try:
                own = list(map(_made, copies))
            except StepError as error:
                made.failed.append((row, str(error)))
                continue
            except LostError as error:
                made.lost.append((row, str(error)))
                continue
            written += [each.row or self._own_row(row - self._start, sample) for each in own]
            self._tell(made, row, sample, own)
        return made.packed(self._file.payload(written))

    def _originals(
        self, rows: Sequence[int], samples: Sequence[Row], begin: Callable[[int], None]
    ) -> Iterator[Original]:
        """Yield the texts that are to have copies, each when it is its turn to be looked at."""
        for place, (row, sample) in enumerate(zip(rows, samples, strict=True)):
            begin(place)
            yield Original(
                self._corpus.row_id(row),
                self._plan.by_stage(row),
                label_of(sample.label, self._job.dataset),
                Document(sample.text, self._readings.of(row), sample.spans),
                partial(self._new_row, self._file.writer(row - self._start)),
            )

    def _own_row(self, index: int, sample: Row) -> str:
        """Return a row once more: it is reported, and the counts stay exact."""
        text = self._file.written(index, sample.text, sample.spans)
        assert text is not None
        return text

    def _tell(self, made: Made, row: int, sample: Row, drawn: list[Drawn]) -> None:
        """Note where some new rows come from."""
        lines, index = made.lines, row - self._start
        made.rows += [index] * len(drawn)
        made.hashes += [stable_hash(each.document.text) for each in drawn if each.row is not None]
        base = plain_name(self._corpus.source_id(row))
        lines.base.append(base)
        lines.split.append(self._corpus.splits[row])
        lines.label.append(sample.label)
        lines.copies.append(len(drawn))
        lines.copy += [each.copy for each in drawn]
        lines.steps += [each.record for each in drawn]
        lines.attempt += [each.attempt or None for each in drawn]
        lines.repeats += [each.repeats for each in drawn]
        if self._job.is_marked:
            spots = (each.spot for each in drawn)
            lines.marks += [(spot.stage, group_of(base, spot), spot.view) for spot in spots]

    def _new_row(self, write: Writer, made: Document) -> str | None:
        """Return a copy as its file has it; None if it is no new text or cannot be written."""
        text = made.text
        if text in self._known or not text.strip():
            return None
        row = write(text, made.spans)
        if row is not None and not row.isascii():
            try:
                self._file.payload([row])
            except UnicodeEncodeError:
                return None
        return row


def _made(copy: Drawn | Failed) -> Drawn:
    """Return a copy; StepError where a step fails on it."""
    if isinstance(copy, Failed):
        raise copy.error
    return copy


class Written(Struct, frozen=True):
    """New rows by a plan."""

    plan: CorpusPlan
    parts: Callable[[int], Once[Part]]
    """file → its new rows in blocks"""

    def blocks(self, file: int) -> Iterator[Block]:
        """Yield the new rows of a file."""
        return (Block(part.made()) for part in self.parts(file) if part.made)

    def lost(self, file: int) -> Iterator[tuple[int, str]]:
        """Yield the rows of a file on which workers or programs were lost, and why."""
        yield from ((part.items[0], part.loss) for part in self.parts(file) if part.loss)
        yield from chain.from_iterable(block.lost for block in self.blocks(file))

    def failed(self, files: Callable[[CorpusPlan], Iterable[int]]) -> Iterator[tuple[int, str]]:
        """Yield the rows that steps fail on, and why."""
        blocks = chain.from_iterable(map(self.blocks, files(self.plan)))
        return chain.from_iterable(block.failed for block in blocks)


def nothing_new(blocks: Iterable[Block]) -> Iterator[Again]:
    """Yield how many new texts equal their source's own, or one of another source."""
    hashes, repeats = array("Q"), 0
    for block in blocks:
        hashes.frombytes(block.hashes)
        repeats += block.repeats
    if repeats:
        copies = several(repeats, "copy is its", "copies are their")
        text = "source's own text: each time they were drawn, they equalled it or another text"
        yield Again(repeats, f"{copies} {text} (`repeats` in provenance.parquet)")
    if twice := _repeated(hashes):
        equal = several(twice, "copy equals", "copies equal")
        yield Again(twice, f"{equal} a copy of another source")


def _repeated(hashes: array[int]) -> int:
    """Return how many texts equal an earlier one."""
    import numpy as np

    return int(np.count_nonzero(np.diff(np.sort(np.frombuffer(hashes, np.uint64))) == 0))

"""A dataset of texts and what becomes of it: read, planned, drawn, written with its provenance.

Blocks of sources are drawn and written on all cores; a block's result hangs on its rows alone, so
that the number of processes has no say. A run and a replay share `assembled`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from itertools import chain

from augcli.again import Again
from augcli.balance.classes import doubts
from augcli.dataset.layout import file_splits
from augcli.dataset.leaks import heeded
from augcli.dataset.splits import is_augmented
from augcli.dataset.told import refuse_unnamed
from augcli.errors import Problem, SampleError
from augcli.once import Once
from augcli.plural import several
from augcli.records.keys import key_as_it_is, key_of, key_of_all
from augcli.records.provenance import TextFileRecord, original_of
from augcli.requests.asked import Splits
from augcli.requests.spread import Part
from augcli.rows.opened import copied, each_opened, none_left
from augcli.rows.originals import originals_of
from augcli.rows.tables import FORM, ORIGINALS, PROVENANCE
from augcli.steps.recorded import own_steps
from augcli.task import Buffer, Lost, Output, Processed, Processor, Source, Tally, Task
from augcli.text import provenance
from augcli.text.asked import Asked
from augcli.text.blocks import Block, BlockMaker, Written, nothing_new
from augcli.text.checks import check_models, check_synonyms, refuse_language
from augcli.text.corpus import Corpus, CorpusPlan, asked_of_rows, failures, make_plan, recommends
from augcli.text.formats.base import Row, TextFile, texts_from_all_over
from augcli.text.formats.open import open_file
from augcli.text.job import TextJob
from augcli.text.language.languages import folder_of, is_foreign, language_of
from augcli.text.language.own_language import OwnLanguage, lexicon_files, open_language
from augcli.text.parted import pieces_of, splits_of
from augcli.text.provenance import Lines
from augcli.text.readings import Readings, remarks_on
from augcli.text.single import ProcessedText
from augcli.text.transform import needs_words, recommending
from augcli.text.unclear import held_again, maybe_classes, refuse_unclear
from augcli.text.whose import crossing, parted
from augcli.text.words import Document, Reading, is_spaceless
from augcli.transform import prepare

_BLOCK = 4000
"""New rows that a process makes at a time, about."""
_READING = 11
"""Raised when files come to be read otherwise, so that what was made of them is made again."""


class TextProcessor(Processor[Processed]):
    """What a recipe does with a dataset of texts."""

    job: TextJob

    def __init__(self, job: TextJob, versions: Mapping[str, str]):
        check_models(job.steps)
        super().__init__(job, versions)
        self.asked = Asked(job, self.versions)

    def process(self, task: Task, sources: Sequence[Source]) -> Processed:
        """Return what becomes of a dataset's files; SampleError or SettingError if they are odd."""
        if isinstance(task.request, Splits):
            return ProcessedCorpus(self.asked, sources)
        return ProcessedText(self.asked, task, sources[0])


class ProcessedCorpus(Processed):
    """All files of a dataset: what each row is to give is decided, its copies are written."""

    def __init__(self, asked: Asked, sources: Sequence[Source]):
        self._asked = asked
        self.job, self.settings = asked.job, asked.dataset
        lexicons = lexicon_files(sources, self.settings)
        texts = [each for each in sources if each.name not in lexicons]
        self._splits = file_splits(self.settings, [each.name for each in texts])
        ours = {e.name for e in texts if is_augmented(self._splits[e.name], self.settings.augment)}
        opened, broken = each_opened(texts, self._opened, ours or None)
        if not opened:
            raise none_left(broken)
        refuse_unclear(self.settings, opened.values(), self._splits)
        self._torn = {name: file.lost for name, file in opened.items()}
        """file → its lines that are no texts, as they cannot be read"""
        self._pieces = list(pieces_of(opened, texts, self.settings, self.job.seed))
        if self._pieces:
            texts = [each.source for each in self._pieces]
            self._splits = splits_of(self.settings, [*self._splits, *(e.name for e in texts)])
            opened = {each.name: self._opened(each) for each in texts}
        self._sources = [each for each in texts if each.name in opened]
        self._every = sources
        self.files = list(opened.values())
        self._some = texts_from_all_over(self.files)
        self._language = language_of(self._some)
        named, pieces = self._splits, self._pieces
        self.corpus = Corpus(self.files, named=named, broken=broken, pieces=pieces)
        self.corpus.read(self.settings, self._voter())
        self._parted = [*crossing(self.settings, self.corpus, self._sources)]
        if self.settings.split_column is None:
            refuse_unnamed(self.settings, ((self._splits[f.name], f.unnamed()) for f in self.files))
        if self.settings.lexicon is None:
            known = asked.lexicon(self._language)
            refuse_language(self._some, self._language, known, self.job.steps)
        self.planned = make_plan(self.corpus, self.job)
        """How many copies each row is to give, before it is seen what steps fail on."""
        shared = (map(self._shown, each) for each in self.corpus.shared(self.settings.augment))
        self._leaks = heeded(self.settings, ("text", "texts"), [*shared], " = ".join)
        self._leaks += parted(self.settings, self.corpus, self._sources)
        self._own = open_language(lexicons, self.settings.deny) if lexicons else None
        check_synonyms(self._own, self.job.steps)

    def _opened(self, source: Source) -> TextFile:
        file = open_file(source, self.settings, self._splits)
        if not len(file):
            lost = "".join(f"; line {line}: {reason}" for line, reason in file.lost[:1])
            raise SampleError(f"there are no texts in it{lost}")
        return file

    @cached_property
    def decided(self) -> CorpusPlan:
        """Return how many copies each row gives; others make up for those that steps fail on."""
        return self._written.plan

    @cached_property
    def _written(self) -> Written:
        """Return the new rows of all files, without those that steps fail on."""
        written = self._written_by(self.planned)
        while own_steps(self.job.steps) and (failed := dict(written.failed(self._augmented_by))):
            self.corpus.failures.update(failed)
            written = self._written_by(make_plan(self.corpus, self.job))
        return written

    def _written_by(self, plan: CorpusPlan) -> Written:
        return Written(plan, cache(lambda file: Once(self._write(plan, file))))

    def document(self, row: int) -> tuple[Row, Document]:
        """Return a row as its file has it, and its text as it is read."""
        sample = self.corpus.row(row)
        return sample, Document(sample.text, self.readings.of(row), sample.spans)

    @cached_property
    def readings(self) -> Readings:
        """Return how each text is read."""
        return Readings(self._reading, self._foreign)

    @cached_property
    def _foreign(self) -> frozenset[int]:
        """Return the rows that no English words go into, as they are of another language."""
        return self.corpus.foreign_of(self.planned.splits)

    def _voter(self) -> Callable[[str], bool] | None:
        """Return what says of a text whether it is such, if that matters."""
        if not self._takes_english or self._are_spaceless:
            return None
        return partial(is_foreign, self._asked.lexicon(self._language))

    @property
    def _takes_english(self) -> bool:
        return needs_words(self.job.steps) and self.settings.lexicon is None

    @cached_property
    def _are_spaceless(self) -> bool:
        return is_spaceless(self._some)

    @cached_property
    def _reading(self) -> Reading:
        told, size = self.settings, self.planned.size
        own = self._own or OwnLanguage(self._asked.lexicon(self._language))
        negations = told.own_negations | own.negations
        more = (own.keyboard, own.abbreviations, folder_of(self._language), self.job.answers)
        return Reading(own.lexicon, told.words, told.protect, size, negations, *more)

    @cached_property
    def outputs(self) -> Sequence[Output]:
        """Return the files with their new rows, and the table of where these come from."""
        files = [self._output_of(file) for file in range(len(self.files))]
        if not self._augmented and not self._pieces:
            return files
        asides = [self._aside(PROVENANCE, lambda: provenance.written(self._lines()))]
        if self._pieces:
            asides.append(self._aside(ORIGINALS, self._originals))
        return [*files, *asides]

    def _aside(self, name: str, make: Callable[[], Iterable[Buffer]]) -> Output:
        """Return a table beside the manifest."""
        return Output({"output": name}, self._key(f"{name} {FORM}"), make, listed=False)

    def _originals(self) -> Iterator[bytes]:
        """Yield the table of which rows of their sources the originals are."""
        return originals_of((each.source.name, each.rows) for each in self._pieces)

    def prove(self) -> list[str]:
        """Return what a person should know of the texts."""
        return [*self._words_of_warning()]

    def oddities(self) -> Iterator[Problem]:
        """Return whose texts splits part."""
        return (each.problem(self._every[0].name) for each in self._parted)

    def remarks(self) -> list[str]:
        """Return whose texts splits part."""
        return list(map(str, self._parted))

    def again(self) -> list[Again]:
        """Return which texts equal others."""
        return list(nothing_new(chain.from_iterable(map(self._written.blocks, self._augmented))))

    def _words_of_warning(self) -> Iterator[str]:
        yield from (*doubts(self.planned.counts), *self.corpus.remarks())
        yield from maybe_classes(self.files)
        yield from held_again(self.settings, self.files)
        yield from self._leaks
        yield from copied(self._splits, self._every, "texts")
        if self._takes_english:
            yield from remarks_on(self._foreign, are_spaceless=self._are_spaceless)

    def _shown(self, row: int) -> str:
        return f"{self.corpus.source_id(row)} {self.corpus.row(row).text[:40]!r}"

    @property
    def tally(self) -> Tally:
        """Return counts, rows that cannot be used, and what was found out about the files."""
        return self._tally(self.decided)

    @property
    def outline(self) -> Tally:
        """Return the same before it is seen which rows steps fail on."""
        return self._tally(self.planned)

    def _tally(self, plan: CorpusPlan) -> Tally:
        dealt = self.job.dealt(asked_of_rows(self.corpus, plan, self.job))
        return Tally(plan.counts, [*failures(self.corpus, self._torn)], [*self._story()], dealt)

    def _story(self) -> Iterator[str]:
        for file in self.files:
            dialect, body = getattr(file, "dialect", None), getattr(file, "body", None)
            told = [several(len(file), "text")]
            told += [body.form.encoding] if body else []
            told += [f"cells between {dialect.delimiter!r}"] if dialect else []
            told += [f"in {dialect.quote}"] if dialect and dialect.quote else []
            yield f"{file.name}: {', '.join(told)}"
        if self._language and self._own is None:
            yield f"the texts are {self._language}, as their small words say"
        elif self._takes_english:
            yield "the texts are taken for English, of which synonyms are; `lexicon` says otherwise"
        if recommends(self.job) and max(self.planned.copies, default=0) > 0:
            yield (
                f"no `copies` asked for: {max(self.planned.copies)} of each text, as "
                f"{recommending(self.job.steps)}'s authors recommend for {self.planned.size} texts"
            )
        yield from self._words_of_warning()

    def _output_of(self, file: int) -> Output:
        source, rows = self._sources[file], self._rows(file)
        new = sum(self.decided.copies[row] for row in rows)
        splits = {str(self.corpus.splits[row]) for row in rows}
        whole = self._pieces[file].whole if self._pieces else source
        record = TextFileRecord(
            **original_of(whole, source.name, splits.pop() if len(splits) == 1 else None),
            rows=len(rows) + new,
            originals=len(rows),
            synthetic=new,
            dataset=self.settings.recorded(),
            files=list(self._splits),
        ).plain()
        if file not in self._augmented and not self._pieces:
            return Output(record, key_as_it_is(source), None)
        return Output(
            record,
            self._key(source.name),
            lambda: self.files[file].assembled(
                (each.rows, each.payload) for each in self._written.blocks(file)
            ),
            lost=lambda: [*self._lost(file)],
        )

    @cached_property
    def _augmented(self) -> list[int]:
        return self._augmented_by(self.decided)

    def _augmented_by(self, plan: CorpusPlan) -> list[int]:
        """Return the files that get new rows by a plan."""
        every = enumerate(map(self._rows, range(len(self.files))))
        return [file for file, rows in every if any(plan.copies[row] for row in rows)]

    def _rows(self, file: int) -> range:
        start = self.corpus.starts[file]
        return range(start, start + len(self.files[file]))

    def _lines(self) -> Iterator[tuple[str, int, Lines]]:
        """Yield where the new rows come from, block by block."""
        for file in self._augmented:
            name, number = self.files[file].name, len(self.files[file])
            for block in self._written.blocks(file):
                yield name, number, block.lines
                number += len(block.rows)

    def _lost(self, file: int) -> Iterator[Lost]:
        """Yield the rows of a file on which workers or programs were lost."""
        for row, reason in self._written.lost(file):
            told = self.corpus.failure(row, reason)
            yield Lost(told, told["label"], self.decided.copies[row])

    def _write(self, plan: CorpusPlan, file: int) -> Iterator[Part]:
        """Yield a file's new rows as they are made."""
        prepare(self.job.steps)
        key = self._key(f"{self.files[file].name} {FORM}")
        if plan is not self.planned:
            key = key_of({}, list(self.corpus.failures), key)
        yield from self.job.spread(key, self._maker(plan, file), self._to_augment(plan, file))

    def repeats_of(self, most: int) -> Counter[bool]:
        """Draw the copies of some texts of all files: how many repeat another text, or do not."""
        prepare(self.job.steps)
        found, files = Counter[bool](), self._augmented_by(self.planned)
        for file in files[:most]:
            rows = [row for row in self._rows(file) if self.planned.copies[row]]
            some = rows[:: -(-len(rows) * len(files) // most)]
            block = Block(self._maker(self.planned, file)(some, lambda _: None))
            found.update({True: block.repeats, False: len(block.rows) - block.repeats})
        return found

    def _maker(self, plan: CorpusPlan, file: int) -> BlockMaker:
        return BlockMaker(self.job, self.readings, self.corpus, plan, file)

    def _to_augment(self, plan: CorpusPlan, file: int) -> Iterator[list[int]]:
        """Yield the rows of a file that are to be augmented, in blocks."""
        block: list[int] = []
        copies = 0
        for row in self._rows(file):
            if plan.copies[row]:
                block.append(row)
                copies += plan.copies[row]
            if copies >= _BLOCK:
                yield block
                block, copies = [], 0
        if block:
            yield block

    def _key(self, name: str) -> str:
        settings = self.settings.model_dump(mode="json", exclude={"path"})
        form = [name, settings, self._asked.versions, _READING]
        return key_of_all(self._every, self.job, form)

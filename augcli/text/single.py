"""One text in a file of its own and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from augcli.errors import LostError, SampleError, SettingError
from augcli.names import encoded_name, group_name
from augcli.records.keys import key_as_it_is, key_of, revisions_of
from augcli.records.provenance import TextRecord, original_of
from augcli.requests.asked import Copies
from augcli.requests.redraws import Place
from augcli.rows.encodings import Text, open_text
from augcli.steps.recorded import check_steps
from augcli.task import Buffer, Lost, Output, Plain, Processed, Source, Task, failure
from augcli.text.asked import Asked
from augcli.text.attempts import applied
from augcli.text.checks import refuse_language
from augcli.text.drawing import Drawn, Failed, Original, drawn_for
from augcli.text.language.languages import is_foreign, language_of
from augcli.text.language.lexicon import Lexicon
from augcli.text.transform import TextTransform, needs_words
from augcli.text.words import Document, Reading, is_spaceless
from augcli.transform import prepare

EXTENSION = ".txt"


class ProcessedText(Processed):
    """A file that is one text; what only passes through is not even decoded."""

    def __init__(self, asked: Asked, task: Task, source: Source):
        self._asked, self._task, self._source = asked, task, source
        self.short = self._short = dict[Place, str]()
        self._lost: list[Lost] = []
        self._outputs = [self._original(), *self._copies()]

    @property
    def outputs(self) -> Sequence[Output]:
        """Return the original and the copies."""
        return self._outputs

    @property
    def lost(self) -> Sequence[Lost]:
        """Return the copies that a program was lost on, with all that come after them."""
        return self._lost

    def prove(self) -> list[str]:
        """Return nothing: a text that could be read is sound."""
        return []

    @property
    def document(self) -> Document:
        """Return the text; SampleError where it is not in its encoding."""
        body = opened(self._source, self._asked.dataset.encoding)
        return self._asked.read(body.content)

    def _original(self) -> Output:
        return Output(self._record(self._task.base, None), key_as_it_is(self._source), None)

    def _copies(self) -> Iterator[Output]:
        task, job = self._task, self._asked.job
        if not isinstance(task.request, Copies) or not task.request.count:
            return
        body = opened(self._source, self._asked.dataset.encoding)
        document = self._asked.read(body.content)
        if not document.text.strip():
            raise SampleError("there is no text")

        def write(made: Document) -> str | None:
            return made.text if made.text.strip() and _fits(body, made.text) else None

        if self._asked.dataset.lexicon is None and needs_words(job.steps):
            self._refuse_language(document.text)
        prepare(job.steps)
        text = Original(task.source, task.request.counts, task.label, document, write)
        try:
            for each in drawn_for(job.courses, job.seed, text):
                if isinstance(each, Failed):
                    self._short[each.place] = str(each.error)
                else:
                    yield self._copy(body, each)
        except LostError as error:
            told = failure(task.source, task.split, task.label, str(error))
            self._lost.append(Lost(told, task.label))

    def _refuse_language(self, text: str) -> None:
        steps, language = self._asked.job.steps, language_of([text])
        english = self._asked.lexicon(language)
        if language is None and not is_spaceless([text]) and is_foreign(english, text):
            language = "foreign"
        try:
            refuse_language([text], language, english, steps)
        except SettingError as error:
            raise SampleError(str(error)) from None

    def _copy(self, body: Text, drawn: Drawn) -> Output:
        record = self._record(encoded_name(self._task.base, EXTENSION, drawn.spot), drawn)
        text = drawn.document.text
        revisions = revisions_of("text", (step["name"] for step in drawn.steps))
        form = [record["encoding"], self._asked.versions]
        key = self._key([drawn.steps, revisions], form)
        return Output(record, key, lambda: [marked(body, text)])

    def _record(self, name: str, drawn: Drawn | None) -> Plain:
        task = self._task
        form = drawn and opened(self._source, self._asked.dataset.encoding).form
        told = original_of(self._source, name, task.split)
        told |= {"label": task.label, "encoding": form.encoding if form else None}
        if drawn:
            attempt, group = drawn.attempt or None, group_name(task.base, EXTENSION, drawn.spot)
            told |= drawn.spot._asdict() | {"group": group if drawn.spot.view else None}
            told |= {"steps": drawn.steps, "attempt": attempt, "repeats": drawn.repeats}
        return TextRecord(**told).plain()

    def _key(self, made: Any, form: Any) -> str:
        return key_of({self._source.name: self._source.sha256}, made, form)


def opened(source: Source, encoding: str | None) -> Text:
    """Return a source's text; SampleError where it is not in its encoding."""
    return open_text(source.name, source.data, encoding)


def marked(body: Text, text: str) -> bytes:
    """Return a text as the file has its own, byte order mark and all."""
    return body.mark + body.encoded(text)


def _fits(body: Text, text: str) -> bool:
    try:
        body.encoded(text)
    except UnicodeEncodeError:
        return False
    return True


def remade(record: TextRecord, source: Source) -> list[Buffer]:
    """Return an output's bytes from its record and source alone."""
    if record.copy is None:
        return [source.data]
    check_steps(TextTransform, record.steps)
    body = opened(source, record.encoding)
    document = Document(body.content, Reading(Lexicon(())))
    return [marked(body, applied(record.steps, document).text)]

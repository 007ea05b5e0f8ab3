"""What `check` finds out about texts: those that are the same, and steps that suit them badly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

from augcli.checks.alike import Alike
from augcli.checks.findings import Lint
from augcli.checks.repeating import among, repeating
from augcli.dataset.splits import augmented
from augcli.dataset.units import Dataset
from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.steps.generating import Generating
from augcli.task import Processed, Task
from augcli.text.augment import ProcessedCorpus
from augcli.text.job import TextJob
from augcli.text.parted import roughly
from augcli.text.single import ProcessedText
from augcli.text.transform import MODEL_FOLDER, TextTransform
from augcli.text.words import Document
from augcli.transform import Transform, located, prepare, walk

_TRIED, _FEWEST = 200, 20
_HARDLY = 0.02
"""Share of texts that a step changes, at most, if it does nothing worth its name."""
_LEFT, _OFTEN, _LONG = 0.25, 0.1, 4
"""Share of the words of a text below which hardly one is left, of tries; words of such a text."""


class TextLinter:
    """Takes in the texts of a dataset, and tells what a person should know of them."""

    def __init__(self, job: TextJob, dataset: Dataset):
        self._job, self._dataset = job, dataset
        self._alike = Alike(frozenset(), "text")
        self._names: list[str] = []
        self._tried: list[Document] = []
        self._repeats = Counter[bool]()
        """How many copies repeat another text, and how many do not."""

    def take(self, task: Task, processed: Processed) -> None:
        """Take in one text, or all of a dataset's files."""
        if isinstance(processed, ProcessedCorpus):
            self._take_all(processed)
        elif isinstance(processed, ProcessedText):
            self._alike.splits = augmented(self._job.dataset.augment, self._dataset.splits)
            self._repeats.update(among(each.record for each in processed.outputs))
            with suppress(SampleError):  # one that only passes through is not judged
                self._take(task.source, task.split, task.label, processed.document)

    def _take_all(self, whole: ProcessedCorpus) -> None:
        corpus = whole.corpus
        self._alike.splits = whole.planned.splits
        for row in range(len(corpus)):
            if row not in corpus.failures:
                _, document = whole.document(row)
                split, label = str(corpus.splits[row]), corpus.labels[row]
                self._take(corpus.source_id(row), split, label, document)
        if not any(map(_needs_model, _steps_of(self._job))):
            self._repeats.update(whole.repeats_of(_TRIED))

    def _take(self, name: str, split: str, label: str | None, document: Document) -> None:
        same, near = map(hash, (document.text, roughly(document.text)))
        self._alike.take(split, label, same, near)
        self._names.append(name)
        if split in self._alike.splits and len(self._tried) < _TRIED:
            self._tried.append(document)

    def told(self) -> Iterator[Lint]:
        """Yield what is to be told of all that was taken in."""
        yield from self._alike.told(self._names.__getitem__)
        yield from repeating(self._repeats)
        prepare(self._job.steps)
        for path, step in located(self._job.steps):
            if isinstance(step, TextTransform) and step.p > 0 and not _needs_model(step):
                yield from self._judged(step, path[:-1])

    def _judged(self, step: TextTransform, path: tuple[str | int, ...]) -> Iterator[Lint]:
        """Yield that a step changes hardly a text, or leaves hardly a word of some."""
        tries = [_tries(step, each, number) for number, each in enumerate(self._tried)]
        changed = sum(any(made != old.text for old, made in each) for each in tries)
        if len(tries) < _FEWEST:
            return
        if changed <= _HARDLY * len(tries):
            text = f"{step.name} changes {changed} of {len(tries)} texts that it was tried on"
            yield Lint("no-effect", text, path)
        left = [_left(*each) for each in chain.from_iterable(tries) if len(each[0].words) >= _LONG]
        lost = sum(share < _LEFT for share in left)
        if len(left) >= _FEWEST and lost > _OFTEN * len(left):
            told = f"leaves less than {_LEFT:.0%} of the words in {lost} of {len(left)} tries"
            yield Lint("destructive", f"{step.name} {told}", path)


def _steps_of(job: TextJob) -> Iterator[Transform]:
    """Yield the steps of all stages and views."""
    views = (view for stage in job.courses for view in stage.views)
    return chain.from_iterable(walk(view.steps) for view in views)


def _needs_model(step: Transform) -> bool:
    if isinstance(step, Generating):
        return True  # `check` asks no program
    return any(MODEL_FOLDER in each.metadata for each in type(step).model_fields.values())


def _tries(step: TextTransform, document: Document, number: int) -> list[tuple[Document, str]]:
    """Return texts and what a step makes of each, in a few tries."""
    streams = (Draws(0).at(number, turn, step.name) for turn in range(2))
    texts = document.parts or [document]
    return [(t, step.apply(t, step.make_params(each, t)).text) for each in streams for t in texts]


def _left(before: Document, after: str) -> float:
    """Return the share of a text's words, by their letters, that are in it in any order or case."""
    was = Counter(word.text.casefold() for word in before.words)
    became = Counter(word.text.casefold() for word in Document(after, before.reading).words)
    return _letters(was & became) / _letters(was)


def _letters(words: Counter[str]) -> int:
    return sum(len(word) * count for word, count in words.items())

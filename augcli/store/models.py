"""What the steps of an output have learned: models under their hashes, and what they are of."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from augcli.steps.learned import Model, ModelError
from augcli.store.output import OutputFolder


class Lesson(Struct, frozen=True):
    """What a step learned for an output, and from what."""

    asked: str
    """The hash of how it learns."""
    seal: str
    """The hash of what tells its sources as untouched."""
    sources: str
    """The hash of their classes and contents."""
    model: str
    """The hash of what was learned."""


class Models:
    """The models of an output folder."""

    def __init__(self, output: OutputFolder):
        self._output = output

    def lesson(self, step: str) -> Lesson | None:
        """Return what a step learned last; None where that is not known, or damaged."""
        try:
            lesson = Lesson(**json.loads(self._read(f"{step}.lesson")))
            is_whole = all(each.isalnum() for each in asdict(lesson).values())
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return None
        return lesson if is_whole else None

    def model(self, lesson: Lesson) -> Model | None:
        """Return what was learned in a lesson; None where it is gone or damaged."""
        try:
            model = Model.parse(self._read(f"{lesson.model}.json"))
        except (OSError, ModelError):
            return None
        return model if model.sha256 == lesson.model else None

    def keep(self, step: str, lesson: Lesson, model: Model) -> None:
        """Write what a step has learned; what it had learned before is not needed any more."""
        before = self.lesson(step)
        self._output.folder.make(self._output.name(self._output.learned))
        self._write(f"{model.sha256}.json", model.text())
        self._write(f"{step}.lesson", json.dumps(asdict(lesson)) + "\n")
        if before and before.model != lesson.model:
            self._output.folder.unlink(self._output.name(self._path(f"{before.model}.json")))

    def _path(self, name: str) -> Path:
        return self._output.learned / name

    def _read(self, name: str) -> bytes:
        return self._output.folder.read(self._output.name(self._path(name)))

    def _write(self, name: str, text: str) -> None:
        with self._output.replacing(self._path(name), if_changed=True) as file:
            file.write(text)

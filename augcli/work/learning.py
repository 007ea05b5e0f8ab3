"""Before the first task: what the steps of a recipe are to know is learned, or found as it was.

What comes of it is a recipe whose steps hold their models, and everything after it hangs on that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct, field

from augcli.dataset.units import Dataset
from augcli.disk.reading import read_whole
from augcli.errors import Problem, SampleError, SettingError
from augcli.recipe import Recipe
from augcli.recipe.document import KeyPath
from augcli.requests.spread import Spread, here
from augcli.steps.learned import Doubt, Learning, Model, ModelError
from augcli.store.models import Lesson, Models
from augcli.store.output import OutputFolder
from augcli.transform import Transform, changed, located, walk
from augcli.work.study import Study

Keep = Callable[[str, Lesson, Model], None]


class Learned(Struct, frozen=True):
    """A recipe whose steps know what they are to know."""

    recipe: Recipe
    models: Mapping[str, Model] = field(default_factory=dict)
    """What was learned, by the names of steps."""
    story: Sequence[str] = ()
    """What it was learned from, in words."""

    def doubts(self) -> Iterator[Problem]:
        """Yield what a person should know of what was learned, each with its place."""
        for at, told, each in self._doubted():
            severity = "error" if each.refused else "warning"
            yield self.recipe.problem(at, told, severity, each.code)

    def refuse(self) -> None:
        """Raise SettingError for a step that no sample could have."""
        for at, told, each in self._doubted():
            if each.stops:
                raise SettingError(at, told)

    def _doubted(self) -> Iterator[tuple[KeyPath, str, Doubt]]:
        """Yield the place of a step, a doubt in words, and the doubt."""
        for path, steps in self.recipe.listed:
            for at, step in located(steps, path):
                if isinstance(step, Learning):
                    for each in step.learner().doubts(step.known.told, step):
                        yield at, f"{step.name}: {each.text}", each

    @property
    def hashes(self) -> dict[str, str]:
        """Return the hashes of all models, by the names of steps."""
        steps = [step for step in walk(self.recipe.all_steps) if isinstance(step, Learning)]
        return {step.name: step.known.sha256 for step in steps}

    @property
    def notes(self) -> list[str]:
        """Return all that is to be said, a line each."""
        return [*self.story, *dict.fromkeys(each.message for each in self.doubts())]


def _not_kept(_step: str, _lesson: Lesson, _model: Model) -> None:
    """Forget what was learned."""


class School(Struct):
    """Finds out what the steps of a recipe are to know of a dataset, each thing once."""

    recipe: Recipe
    dataset: Dataset
    spread: Spread = here
    progress: Callable[[int, int], None] = lambda _done, _total: None
    keep: Keep = _not_kept
    """What is done with what was learned."""
    anew: bool = False
    """Whether what an output has is not believed, but where it is frozen."""

    def taught(self, unknown: Callable[[Study], Model]) -> Learned:
        """Return the recipe with all models; `unknown` gives those that no output has."""
        if not any(isinstance(step, Learning) for step in walk(self.recipe.all_steps)):
            return Learned(self.recipe)
        models: dict[str, Model] = {}
        story: list[str] = []

        def change(at: KeyPath, step: Transform) -> Transform:
            if not isinstance(step, Learning) or isinstance(step.model, Model):
                return step
            if isinstance(step.model, str):
                return changed(step, model=self._given(at, step, step.model))
            if step.name not in models:
                models[step.name], told = self._found(at, step, unknown)
                story.append(told)
            return changed(step, model=models[step.name])

        return Learned(self.recipe.with_each(change), models, story)

    def _given(self, at: KeyPath, step: Learning, name: str) -> Model:
        """Return the model in a file that a step names; SettingError where it is none for it."""
        try:
            data, _ = read_whole(self.recipe.beside(name))
            model = Model.parse(data)
            _prove(model, step)
        except (SampleError, ModelError) as error:
            raise SettingError((*at, "model"), f"{name} {error}") from None
        return model

    def _found(
        self, at: KeyPath, step: Learning, unknown: Callable[[Study], Model]
    ) -> tuple[Model, str]:
        """Return what a step knows, and in words what from; SettingError where it cannot learn."""
        told = self.recipe.dataset, self.spread, self.progress
        study = Study(type(step), self.dataset, *told)
        lesson, model = self._remembered(step)
        is_believed = step.freeze or not self.anew
        if lesson is None or model is None or not is_believed:
            return self._learned(at, study, unknown)
        is_same = lesson.seal == study.seal or lesson.sources == study.sources
        if step.freeze:
            older = "" if is_same else "; that is frozen, and older than the sources are"
            return model, f"{study.story(model)}{older}"
        if not is_same or lesson.asked != study.asked:
            return self._learned(at, study, unknown)
        if lesson.seal != study.seal:
            self.keep(step.name, study.lesson(model), model)
        return model, study.story(model)

    def _learned(
        self, at: KeyPath, study: Study, unknown: Callable[[Study], Model]
    ) -> tuple[Model, str]:
        if reason := study.learner.lacking():
            raise SettingError(at, f"{study.step.name} {reason}")
        model = unknown(study)
        if model.sources:
            self.keep(study.step.name, study.lesson(model), model)
        return model, study.story(model)

    def _remembered(self, step: Learning) -> tuple[Lesson | None, Model | None]:
        """Return what the output has of a step, as far as that is whole."""
        models = Models(OutputFolder(self.recipe.output_folder))
        lesson = models.lesson(step.name)
        model = models.model(lesson) if lesson else None
        with suppress(ModelError):
            if model:
                _prove(model, step)
            return lesson, model
        return None, None


def _prove(model: Model, step: Learning) -> None:
    """Raise ModelError where a model is none that a step of this version knows by."""
    learner = step.learner()
    if model.step != step.name:
        raise ModelError(f"is what {model.step} has learned, not {step.name}")
    if model.revision != learner.revision:
        raise ModelError("is of another version; learn it again by `augment learn`")
    learner.prove(model.told)

"""Texts that a program of people's own makes; what it said is recorded in the params."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from augcli.draws import Draws
from augcli.errors import RefusedError, StepError
from augcli.requests.programs import Programs, Request
from augcli.steps.generating import Generating
from augcli.text.edits import Edit
from augcli.text.transform import TextTransform
from augcli.text.words import Document
from augcli.transform import Params, Transform, register

_LONGEST = 1 << 20
"""Characters of an answer."""


@register
class Generate(Generating, TextTransform):
    """Have a program of your own write the text: a paraphraser, a translator there and back.

    It is started once in each worker, told a text a line on stdin, and answers with another. An
    answer that lacks a URL, a number or what `dataset.protect` says is refused, and so is a text
    with labelled spans, which nobody could find again.
    """

    asks_class: ClassVar[bool] = True

    def make_params(self, draws: Draws, facts: Document) -> Params:
        """Return what the program makes of a text, as its edit; of none where it is not asked."""
        params = self.drawn(Transform.make_params(self, draws, facts), facts.label, facts.text)
        return params | {"edits": self._edits(params, facts)}

    def _edits(self, params: Params, document: Document) -> list[Edit]:
        answers, request = document.reading.answers, self.request(params)
        if answers is None or not document.text.strip():
            return []
        if document.spans:
            raise RefusedError("generate: no program can say where labelled spans come to lie")
        made = answers.recalled(request.key, partial(_asked, request, document))
        return [[0, len(document.text), made.decode()]]


def _asked(request: Request, document: Document, programs: Programs) -> bytes:
    """Return the text that a program answers; StepError where it cannot be used."""
    made = programs.ask(request, text=document.text).get("text")
    if not isinstance(made, str) or not made.strip() or len(made) > _LONGEST:
        raise StepError(f"`{request.command}` answers no text, or one that is empty or too long")
    if lost := [word.text for word in document.words if not word.free and word.text not in made]:
        raise StepError(f"`{request.command}` lost {lost[0]!r}, which must stay")
    try:
        return made.encode()
    except UnicodeEncodeError:
        raise StepError(f"`{request.command}` answers half a surrogate pair") from None

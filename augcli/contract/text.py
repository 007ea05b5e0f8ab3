"""Promises of steps for texts: edits fit, and what is protected stays."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from augcli.contract.trials import Breach, Trial, stream
from augcli.draws import Draws
from augcli.errors import SampleError
from augcli.text.language.lexicon import bundled
from augcli.text.transform import TextTransform
from augcli.text.words import Document, Reading
from augcli.transform import Params

_TEXT = "The quick brown fox jumps over the lazy dog, and it is not a bad film at all."
_ODD = ("a", "word", "…", "Ünïcödé ﬁne — “quoted” 🙂🙂", "one\ntwo\n\nthree", "x " * 400)


class TextTrial(Trial):
    """Tries steps on a sentence, and on odd texts."""

    def params(self, step: TextTransform, draws: Draws) -> Params:
        """Return what a step draws for a text."""
        step.prepare()
        return step.make_params(draws, _document(_TEXT))

    def made(self, step: TextTransform, params: Params) -> bytes:
        """Return a text after a step."""
        return step.apply(_document(_TEXT), params).text.encode("utf-8", "surrogatepass")

    def more(self, step: TextTransform) -> Iterator[Breach]:
        """Yield what a step does to texts that it may not."""
        for text in _ODD:
            document = _document(text)
            try:
                made = step.apply(document, step.make_params(stream(2), document))
                made.text.encode()
            except (SampleError, UnicodeEncodeError) as error:
                yield Breach("takes every text", f"{text[:20]!r}: {error}")


def _document(text: str) -> Document:
    return Document(text, _reading())


@cache
def _reading() -> Reading:
    return Reading(bundled(()))


TRIAL = TextTrial()

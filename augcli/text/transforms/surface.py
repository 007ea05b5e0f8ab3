"""The form that a text has: contractions, case, the order of sentences."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Constant, Real, Spread
from augcli.text.edits import Edit, in_shape_of
from augcli.text.language.folders import with_blanks
from augcli.text.picks import picked
from augcli.text.stretches import Stretches
from augcli.text.transform import TextTransform, share
from augcli.text.words import Document, Span
from augcli.transform import Params, register

_CONTRACTIONS = """
is not=isn't|are not=aren't|was not=wasn't|were not=weren't|do not=don't|does not=doesn't|
did not=didn't|has not=hasn't|have not=haven't|had not=hadn't|will not=won't|would not=wouldn't|
cannot=can't|could not=couldn't|should not=shouldn't|must not=mustn't|i am=i'm|you are=you're|
we are=we're|they are=they're|it is=it's|he is=he's|she is=she's|that is=that's|there is=there's|
what is=what's|who is=who's|i have=i've|you have=you've|we have=we've|they have=they've|
i will=i'll|you will=you'll|he will=he'll|she will=she'll|it will=it'll|we will=we'll|
they will=they'll|i would=i'd|you would=you'd|he would=he'd|she would=she'd|we would=we'd|
they would=they'd|let us=let's
"""
_NO_VERB = "to|an?|the|no|some|any|my|your|our|their|his|her"
_ENDS = "。！？।॥؟۔։።။។"
"""Marks that end sentences of a script, with no space behind them or with one."""
_SENTENCE = re.compile(rf"(?:[^.!?…{_ENDS}]|[.!?…](?=\S))+(?:[.!?…{_ENDS}]+[\"'”’»)\]」』]*|$)")
_QUOTES = re.compile('["“”„«»「」『』]')
_TOGETHER = re.compile(
    r"(?<![:;=-])(?:\((?:[^()\n]++|\([^()\n]*+\))*+\)|（[^（）\n]*+）|\[[^\[\]\n]*+\])"
    r"|(?<![\w.,!?…'‘’])['‘](?=\S)(?!\w{1,2}['’])[^\n]{0,400}?[.,!?…]['’](?!\w)"
    r"|<(?P<tag>(?!(?:br|hr|img)\b)[a-zA-Z]\w*)\b[^<>\n]*>[^\n]{0,600}?</(?P=tag)>"
    r"|(?<!\w)(?P<mark>\*{1,3}|__|~~|==)(?=\w)[^\n]{0,400}?(?<=[\w.,!?…])(?P=mark)(?!\w)"
)
"""Brackets that close in their line, but for emoticons, single quotes, HTML and emphasis."""
_INITIALS = r"[^\W\d_](?:\.[^\W\d_]){0,7}"
_CITED = re.compile(r"\(\w{0,40}[ ,]{0,2}\d")
"""What goes on after `et al.`: `(2019)`."""
_ORDINAL = r"\d{1,2}"
"""A number before a point may be the first, second or third of something."""
_INITIALS_SIZE = 16
"""Characters in which they fit, and one before them."""

Form = Literal["lower", "upper", "titlecase", "capitalised", "swapped"]


@register
class Contractions(TextTransform):
    """Write `do not` as `don't`, and the other way round."""

    direction: Literal["both", "contract", "expand"] = Field("both", description="which way")
    fraction: Annotated[
        Spread, Real(0, 1, "of what could be changed; at least one is", neutral=0)
    ] = Constant(1.0)

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the words in their other form."""
        pattern, table = _contractions(self.direction)
        found = [m for m in pattern.finditer(document.text) if _is_free(document, m.span())]
        count = max(1, int(share(self.fraction, draws, "fraction") * len(found)))
        chosen = sorted(place for place, _ in picked(draws, len(found), count))
        return [[*found[i].span(), _other_form(found[i].group(), table)] for i in chosen]


@register
class Case(TextTransform):
    """Write words in another case: small, CAPITAL, Title, Capitalised first word, or sWAPPED.

    In Turkish texts `i` and `ı` have the capitals `İ` and `I`.
    """

    revision: ClassVar[int] = 4

    form: Form = Field("lower", description="the case of the result")

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the words that look different."""
        letters = _TURKISH if document.reading.language == "turkish" else _LETTERS
        words = ((document.words[index], index == 0) for index in document.free)
        made = ((w, _in_case(w.text, self.form, letters, first=first)) for w, first in words)
        return [[word.start, word.end, new] for word, new in made if new != word.text]


class _Letters(NamedTuple):
    """Small and large letters that are other ones than Unicode's, by their codes."""

    small: dict[int, int]
    large: dict[int, int]

    def lower(self, text: str) -> str:
        return text.translate(self.small).lower()

    def upper(self, text: str) -> str:
        return text.translate(self.large).upper()


_LETTERS = _Letters(str.maketrans("İ", "i"), {})
"""The small letter of `İ` would be two characters."""
_TURKISH = _Letters(str.maketrans("İI", "iı"), str.maketrans("i", "İ"))


@register
class SentenceShuffle(TextTransform):
    """Put the sentences of a text into another order; what stands between them stays.

    A point behind initials such as `U.S.`, a number such as `3.`, a title or an abbreviation that
    the folder of any language knows, or within quotation marks or brackets is no end of a sentence.
    """

    revision: ClassVar[int] = 8

    def make_params(self, draws: Draws, facts: Document) -> Params:
        """Draw the order; a labelled span keeps the sentences that it reaches over together."""
        pieces = sentences(facts)
        if len(pieces) < 2:
            return {"sentences": [], "order": []}
        return {"sentences": [list(piece) for piece in pieces], "order": draws.order(len(pieces))}

    @classmethod
    def apply(cls, document: Document, params: Params) -> Document:
        """Return the text with its sentences in that order."""
        pieces, order, text = params["sentences"], params["order"], document.text
        parts: list[str] = []
        begins: dict[int, int] = {}
        length = last = 0
        for (start, end), index in zip(pieces, order, strict=True):
            source_start, source_end = pieces[index]
            begins[index] = length + start - last
            parts += (text[last:start], text[source_start:source_end])
            length += (start - last) + (source_end - source_start)
            last = end
        parts.append(text[last:])
        spans = tuple(_in_piece(span, pieces, begins) for span in document.spans)
        return Document("".join(parts), document.reading, spans)


def _in_piece(span: Span, pieces: list[list[int]], begins: dict[int, int]) -> Span:
    for index, (start, end) in enumerate(pieces):
        if start <= span[0] and span[1] <= end:
            by = begins[index] - start
            return span[0] + by, span[1] + by
    return span


def sentences(document: Document) -> list[Span]:
    """Return the sentences of a text up to where code begins, without the space around them."""
    found: list[Span] = []
    quoting = False
    together = Stretches(match.span() for match in _TOGETHER.finditer(document.text))
    end_of_prose = min((start for start, _ in document.code), default=len(document.text))
    for match in _SENTENCE.finditer(document.text, 0, end_of_prose):
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        end = match.start() + len(match.group().rstrip())
        if start >= end:
            continue
        quoting = quoting and "\n" not in document.text[match.start() : start]
        held = quoting or together.surround(start)
        if found and (held or _belongs(document, found[-1], start)):
            start = found.pop()[0]
        found.append((start, end))
        quoting = _leaves_open(match.group(), quoting=quoting)
    return found


def _leaves_open(part: str, *, quoting: bool) -> bool:
    """Return whether a quotation that is open before a part, or not, is so behind it.

    Marks come in pairs, and a line that is left ends what is open.
    """
    _, line, last = part.rpartition("\n")
    return (len(_QUOTES.findall(last)) + (quoting and not line)) % 2 == 1


def _belongs(document: Document, before: Span, start: int) -> bool:
    """Return whether what starts here goes on with the sentence before."""
    pattern, size = _no_end(document.reading.abbreviations)
    end = document.text[max(before[0], before[1] - size) : before[1]]
    goes_on = document.text[start].islower() or _CITED.match(document.text, start)
    if goes_on or pattern.search(end):
        return True
    return document.kept.surround(start) or document.kept.surround(before[1])


@cache
def _no_end(abbreviations: frozenset[str]) -> tuple[re.Pattern[str], int]:
    """Return the pattern of a point that is no clear end, and the characters in which it fits."""
    known = sorted(abbreviations, key=lambda word: (-len(word), word))
    words = "|".join([*map(with_blanks, known), _INITIALS, _ORDINAL])
    size = max(_INITIALS_SIZE, *(len(word) + 2 for word in known))
    return re.compile(rf"\b(?:{words})\.$"), size


@cache
def _contractions(direction: str) -> tuple[re.Pattern[str], dict[str, str]]:
    pairs = [each.strip().split("=") for each in _CONTRACTIONS.replace("\n", "").split("|")]
    long = {a: b for a, b in pairs if direction != "expand"}
    short = {b: a for a, b in pairs if direction != "contract" and not b.endswith(("'s", "'d"))}
    table = long | short
    ordered = sorted(table, key=lambda each: (-len(each), each))
    words = "|".join(re.escape(each) + _needed_after(table[each]) for each in ordered)
    words = words.replace("'", "['’]")
    return re.compile(rf"(?<![\w'’])(?:{words})(?![\w'’])", re.I), table


def _needed_after(short: str) -> str:
    """Return the pattern of what must follow a long form to be written short.

    There is no `that's what it's.`, and no `I've to go` or `they've a house`.
    """
    if "'" not in short or short.endswith("n't"):
        return ""
    return rf"(?= \w)(?! (?:{_NO_VERB})\b)" if short.endswith("'ve") else r"(?= \w)"


def _other_form(found: str, table: dict[str, str]) -> str:
    other = in_shape_of(table[found.lower().replace("’", "'")], found)
    return other.replace("'", "’") if "’" in found else other


def _is_free(document: Document, span: Span) -> bool:
    return not document.kept.overlap(*span)


def _in_case(word: str, form: str, letters: _Letters, *, first: bool) -> str:
    lower, upper = letters.lower, letters.upper
    match form:
        case "lower":
            return lower(word)
        case "upper":
            return upper(word)
        case "titlecase":
            return upper(word[:1]) + lower(word[1:])
        case "capitalised":
            return upper(word[:1]) + lower(word[1:]) if first else lower(word)
    return "".join(lower(each) if each.isupper() else upper(each) for each in word)

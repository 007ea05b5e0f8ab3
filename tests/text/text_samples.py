"""Texts of many scripts, and what the tests of texts share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from augcli.draws import Draws
from augcli.text.language.lexicon import bundled
from augcli.text.transform import TextTransform
from augcli.text.words import Document, Reading, Span
from augcli.transform import REGISTRY

READING = Reading(bundled())
STEPS = {
    name: cls
    for (kind, name), cls in REGISTRY.items()
    if kind == "text" and name not in ("fill_mask", "back_translate", "generate")
}

TEXTS = [
    "The quick brown fox doesn't jump over the lazy dogs; it sleeps.",
    "Visit https://example.org/a?b=1 or mail me@example.com, it costs $3,000.50!",
    "Führungskräfte müssen große Aufgaben lösen. Das weiß man. Oder nicht?",
    "词汇阅读是关键 08年考研暑期英语复习全指南",
    "قال: لا أحد يعرف الحقيقة، ولكن الجميع يتكلم.",
    "Qu'est-ce qui t'es arrivé ? Je n'en sais rien…",
    "ไม่มีใครรู้ความจริง แต่ทุกคนพูด",
    "今日はいい天気ですね。iPhone15を買った。",
    "हिन्दी भाषा में लिखा हुआ एक वाक्य है।",
    "e\u0301le\u0300ve nai\u0308ve 👩\u200d👩\u200d👧 family 🏳️\u200d🌈!",
    "a",
    "",
    " \t ",
    "one\nline\r\nafter another line",
]

words = st.sampled_from(
    [
        "film",
        "great",
        "Story",
        "not",
        "the",
        "boring",
        "don't",
        "3.14",
        "x@y.org",
        "größer",
        "字",
        "ไม่",
    ]
)
sentences = st.lists(words, max_size=12).map(" ".join)
anything = st.one_of(st.sampled_from(TEXTS), sentences, st.text(max_size=60))


def document(text: str, spans: Sequence[Span] = (), **changes: Any) -> Document:
    reading = Reading(READING.lexicon, **changes) if changes else READING
    return Document(text, reading, tuple(spans))


def drawn(step: TextTransform, doc: Document, seed: int = 0) -> tuple[dict[str, Any], Document]:
    """Return the params of one draw, as a record has them, and what they make."""
    params = step.make_params(Draws(seed).at("here"), doc)
    again = json.loads(json.dumps(params))
    assert again == params, "params are plain JSON"
    return params, step.apply(doc, again)

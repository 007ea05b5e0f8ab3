"""What texts say of a picture that a step would make untrue: sides by mirrors, colours by hues."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from augcli.image.picture import Said

_WORDS: Mapping[Said, str] = MappingProxyType(
    {
        "sides": r"(left|right)(most|ward|wards|side|hand|handed)?|((anti|counter)-?)?clockwise",
        "heights": r"above|below|beneath|under|underneath|over|top|bottom|upper|lower|up|down"
        r"|upwards?|downwards?|upside|overhead|((anti|counter)-?)?clockwise",
        "colours": r"(red|orange|yellow|green|blue|purple|violet|pink|brown|beige|turquoise|cyan"
        r"|magenta|crimson|scarlet|maroon|teal|indigo|gold|golden|silver|tan|khaki|navy|lavender"
        r"|black|white|gr[ae]y)(ish|s|-colou?red)?",
    }
)
_PATTERNS = tuple(
    (said, re.compile(rf"\b({words})\b", re.IGNORECASE)) for said, words in _WORDS.items()
)


def said(texts: Iterable[str]) -> frozenset[Said]:
    """Return what some texts, in English, say of a picture."""
    whole = "\n".join(texts).replace("_", " ")
    return frozenset(what for what, pattern in _PATTERNS if pattern.search(whole))

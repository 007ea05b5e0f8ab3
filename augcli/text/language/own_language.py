"""A language of one's own in one folder, as those that come along are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from augcli.errors import SettingError
from augcli.rows.encodings import open_text
from augcli.task import Source
from augcli.text.beginnings import Articles
from augcli.text.config import TextDatasetSettings
from augcli.text.language.folders import (
    ABBREVIATIONS,
    ARTICLES,
    FILES,
    KEYBOARD,
    NEGATIONS,
    STOP_WORDS,
    SYNONYMS,
)
from augcli.text.language.lexicon import NO_ARTICLES, Lexicon, Thesaurus, open_lexicon


class OwnLanguage(Struct, frozen=True):
    """What is known of a language that a dataset brings along."""

    lexicon: Lexicon
    negations: frozenset[str] = frozenset()
    keyboard: tuple[str, ...] = ()
    """The rows of its keys, from above."""
    abbreviations: frozenset[str] = frozenset()
    """Words whose point ends no sentence."""
    has_synonyms: bool = True


def open_language(files: Mapping[str, bytes], deny: tuple[str, ...]) -> OwnLanguage:
    """Return the language in a folder, or the lexicon in a file or in a folder of WordNet.

    SampleError where a file is not in its encoding, SettingError where one has no words.
    """
    texts = {name: open_text(name, data, None).content for name, data in files.items()}
    by_name = {Path(name).name: text for name, text in texts.items()}
    if not by_name.keys() & set(FILES):
        return OwnLanguage(open_lexicon(dict(files), deny))
    for name in by_name.keys() & set(FILES):
        if not by_name[name].split():
            raise SettingError(("dataset", "lexicon"), f"{name} of the folder is empty")
    negations = frozenset(by_name.get(NEGATIONS, "").lower().split())
    stay = {*deny, *negations, *by_name.get(STOP_WORDS, "").split()}
    keyboard = tuple(by_name.get(KEYBOARD, "").split())
    synonyms = {name: files[name] for name in files if Path(name).name == SYNONYMS}
    articles = _articles(by_name.get(ARTICLES))
    lexicon = open_lexicon(synonyms, tuple(stay), articles) if synonyms else Thesaurus(())
    abbreviations = frozenset(by_name.get(ABBREVIATIONS, "").split())
    return OwnLanguage(lexicon, negations, keyboard, abbreviations, bool(synonyms))


def _articles(text: str | None) -> Articles:
    """Return the articles of a folder that has such; SettingError where a line is none."""
    try:
        return Articles.read(text) if text else NO_ARTICLES
    except ValueError as error:
        raise SettingError(("dataset", "lexicon"), f"{ARTICLES} of the folder: {error}") from None


def lexicon_files(sources: Sequence[Source], settings: TextDatasetSettings) -> dict[str, bytes]:
    """Return those of a dataset's files that are the lexicon."""
    path = settings.lexicon_path
    if path is None:
        return {}
    inside = (each for each in sources if each.name == path or each.name.startswith(f"{path}/"))
    return {each.name: bytes(each.data) for each in inside}

"""What is wrong with a recipe's steps that only the files around it can tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from augcli.errors import SettingError
from augcli.text.language.folders import SYNONYMS
from augcli.text.language.languages import ENGLISH, in_latin, may_be_of
from augcli.text.language.lexicon import Lexicon
from augcli.text.language.own_language import OwnLanguage
from augcli.text.transform import MODEL_FOLDER, TextTransform
from augcli.text.words import is_spaceless
from augcli.transform import Transform, located


def check_models(steps: Sequence[Transform]) -> None:
    """Raise SettingError for a step whose model is no folder of one."""
    for here, step in located(steps):
        for key, field in type(step).model_fields.items():
            folder = getattr(step, key) if MODEL_FOLDER in field.metadata else None
            if folder is not None and not (Path(folder) / "config.json").is_file():
                told = f"{folder!r} is no folder of a model (it has no config.json)"
                raise SettingError((*here, key), f"{told}; nothing is downloaded")


def refuse_language(
    texts: Sequence[str], language: str | None, english: Lexicon, steps: Sequence[Transform]
) -> None:
    """Raise SettingError for a step that would put English words into texts of another language.

    `language` is what the small words of the texts say; their other words tell where it is None.
    """
    wanting = [
        (here, step)
        for here, step in located(steps)
        if isinstance(step, TextTransform) and step.needs_words
    ]
    if not wanting or language == ENGLISH:
        return
    if language is None and _may_be_english(texts, english):
        return
    look = f"look {language}" if language else "have few words of English"
    here, step = wanting[0]
    text = (
        f"the texts {look}, and the synonyms of {step.name} are English: leave it out "
        "(random_swap, random_delete and aeda need none), give synonyms by `dataset.lexicon`, "
        "or say `lexicon: english` there if the texts are"
    )
    raise SettingError(here, text)


def _may_be_english(texts: Sequence[str], english: Lexicon) -> bool:
    """Return whether texts without small words may be English, or have no words at all."""
    return is_spaceless(texts) or (in_latin(texts) and may_be_of(english, texts))


def check_synonyms(own: OwnLanguage | None, steps: Sequence[Transform]) -> None:
    """Raise SettingError for a step that takes synonyms where a language has none."""
    for here, step in located(steps):
        if own and not own.has_synonyms and isinstance(step, TextTransform) and step.needs_words:
            text = f"{step.name} takes synonyms, and the folder of `lexicon` has no {SYNONYMS}"
            raise SettingError(here, text)

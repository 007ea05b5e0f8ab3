"""Chats: turns that say who speaks, of which only those of some roles are edited."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from augcli.dataset.doubts import UNCLEAR_WORDS
from augcli.errors import SettingError, did_you_mean
from augcli.text.formats.places import Path

_ROLES = ("role", "from", "speaker")
_ASKING = ("user", "human")
"""Who asks what another one answers."""
_SAID = ("content", "value", "text")


def is_chat(value: Any) -> bool:
    """Return whether a value is a list of turns."""
    return isinstance(value, list) and bool(value) and all(map(_role, value))


def check_roles(file: str, key: str, chats: Sequence[Any], roles: Sequence[str]) -> None:
    """Raise SettingError where none of some chats has a role, or none is told."""
    known = sorted({_role(turn) for chat in chats if is_chat(chat) for turn in chat})
    there = f"there are {', '.join(known)}"
    if not roles:
        asking = next((each for each in _ASKING if each in known), known[0])
        hint = f"say whose turns are edited, as in `roles: [{asking}]`; {there}"
        guess = {"roles": [asking]}
        told = f"{key} of {file} is a chat"
        raise UNCLEAR_WORDS.doubt(told, hint, "dataset.roles", guess=guess).error
    for each in roles:
        if each not in known:
            told = f"no turn in the first chats of {file} is of {each!r}{did_you_mean(each, known)}"
            raise SettingError(("dataset", "roles"), f"{told}; {there}")


def turns(chat: Any, roles: Collection[str]) -> Iterator[tuple[Path, str]]:
    """Yield what some roles say in a chat, with the way to it."""
    for number, turn in enumerate(chat if isinstance(chat, list) else ()):
        if _role(turn) in roles:
            key = next((each for each in _SAID if each in turn), None)
            yield from _texts((number, key), turn[key]) if key else ()


def _texts(path: Path, said: Any) -> Iterator[tuple[Path, str]]:
    """Yield what is said as text: all of it, or those parts of it that are no pictures."""
    if isinstance(said, str):
        yield path, said
    for number, part in enumerate(said if isinstance(said, list) else ()):
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield (*path, number, "text"), part["text"]


def _role(turn: Any) -> str:
    """Return who speaks; nothing where that is not told."""
    found = (turn.get(key) for key in _ROLES) if isinstance(turn, dict) else ()
    return next((each for each in found if isinstance(each, str)), "")

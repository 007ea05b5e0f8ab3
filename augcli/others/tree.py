"""Pipelines that were serialised: nested data with the name of a class in each part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augcli.errors import RecipeError
from augcli.others.calls import Call
from augcli.recipe.document import Document, KeyPath

_NAME = "__class_fullname__"


def calls_of(document: Document) -> Any:
    """Return the pipeline in a document; a mapping without a class is a call of `dict`."""
    if document.problems:
        raise RecipeError(document.problems)
    top: KeyPath = ("transform",) if isinstance(document.at(("transform",)), dict) else ()
    found = _value(document, top)
    if not isinstance(found, dict):
        return found
    places = {key: document.key_place((*top, key)) for key in found}
    return Call("dict", document.place(top), found, (), places)


def _value(document: Document, path: KeyPath) -> Any:
    data = document.at(path)
    if isinstance(data, list):
        return [_value(document, (*path, index)) for index in range(len(data))]
    if not isinstance(data, dict):
        return data
    inner = {key: _value(document, (*path, key)) for key in data if key != _NAME}
    return _called(document, path, data, inner) if _NAME in data else inner


def _called(
    document: Document, path: KeyPath, data: Mapping[str, Any], inner: dict[str, Any]
) -> Call:
    place = document.place((*path, _NAME))
    if not isinstance(data[_NAME], str):
        raise RecipeError([place.problem(f"{_NAME} must be the name of a class")])
    return Call(data[_NAME].rpartition(".")[2], place, inner)

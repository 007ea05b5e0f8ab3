"""A step that has a program of people's own make samples; `requests.programs` has the protocol."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from augcli.foreign import derived_from
from augcli.requests.commands import CommandError, files_of
from augcli.requests.programs import Request
from augcli.transform import Label, Params, Transform

_PROTOCOL = 1
"""Raised when a program comes to be told something else."""


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(json.loads(json.dumps(value, allow_nan=False)))
    except (TypeError, ValueError):
        text = "must hold nothing but text, finite numbers, lists and mappings"
        raise PydanticCustomError("plain", "{text}", {"text": text}) from None


@derived_from
class Generating(Transform):
    """A step that asks a program."""

    seeded: ClassVar[bool] = True
    found_out: ClassVar[frozenset[str]] = frozenset({"files"})

    command: str = Field(
        min_length=1,
        description="the program and its arguments; it runs in the recipe's folder, without a "
        "shell, and `python` is the one that runs augment",
        examples=["python"],
    )
    params: Annotated[dict[str, Any], AfterValidator(_plain)] = Field(
        default_factory=dict, description="what the program is told with each request, as it is"
    )
    version: str = Field(
        "",
        description="stands for what the program hangs on beside its own files: change it, "
        "and it is asked anew",
    )
    files: dict[str, str] = Field(
        default_factory=dict,
        description="SHA-256 of each file of the recipe's folder that the command names; found "
        "out when left out, and held to when given",
    )

    @model_validator(mode="wrap")
    @classmethod
    def _placed(cls, data: Any, read: ModelWrapValidatorHandler[Any], info: ValidationInfo) -> Any:
        """Return the step with the hashes of its program, where the recipe's folder is known."""
        step = read(data)
        if not info.context:
            return step
        try:
            files = files_of(step.command, info.context["folder"])
        except CommandError as error:
            raise _fault("command", str(error)) from None
        if step.files not in ({}, files):
            raise _fault("files", f"`{step.command}` is another program: its files are {files}")
        return read({**data, "files": files})

    @cached_property
    def _declared(self) -> Params:
        """Return what is recorded beside what is drawn; the hash of all that is asked has more."""
        told = {"command": self.command, "params": self.params, "version": self.version}
        return {key: value for key, value in told.items() if value}

    def drawn(self, params: Params, label: Label, *about: Any) -> Params:
        """Return drawn params with a sample's class, and the hash of all that is asked of it."""
        told = sorted(label) if isinstance(label, frozenset) else label
        asked = params | ({} if told is None else {"label": told})
        text = json.dumps([_PROTOCOL, self.kind, self.files, asked, *about], sort_keys=True)
        return asked | {"answer": hashlib.sha256(text.encode()).hexdigest()[:32]}

    @classmethod
    def request(cls, params: Params) -> Request:
        """Return what a program is asked, from what was drawn."""
        more = {"label": params.get("label"), "params": params.get("params", {})}
        return Request(params["command"], params["answer"], {"seed": params["seed"]} | more)


def _fault(key: str, text: str) -> PydanticCustomError:
    return PydanticCustomError("program", "{text}", {"text": text, "where": (key,)})

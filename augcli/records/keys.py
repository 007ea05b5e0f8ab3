"""One key for the outputs of all kinds: the hash of everything that determines their bytes.

Where an output has the key that it had, it is kept. So whatever is left out here is a change that
goes unnoticed, and whatever does not touch the bytes is work done in vain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any

from augcli.requests.courses import View
from augcli.task import AnyJob, Source
from augcli.transform import REGISTRY, Transform, plain_step, walk

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False)


def key_of(sources: Mapping[str, str], made: Any, form: Any) -> str:
    """Return the key of an output, from plain JSON.

    `sources` are the hashes of all files that have a say in it, by name; `made` is what was drawn
    with the steps' revisions, or what is asked for where drawing is part of the work; `form` is
    how it is written, and by which versions of libraries.
    """
    return key_of_told(*map(told, (sources, made, form)))


def told(what: Any) -> str:
    """Return one of the three that a key is made of as text, for who has it in many keys."""
    return _ENCODER.encode(what)


told_text = encode_basestring_ascii
"""`told` of a text alone."""


def told_hashes(hashes: Mapping[str, str]) -> str:
    """Return `told` of hashes by name, in a third of its time: there are some of every source."""
    pairs = [f"{told_text(name)}:{told_text(digest)}" for name, digest in sorted(hashes.items())]
    return f"{{{','.join(pairs)}}}"


def key_of_told(sources: str, made: str, form: str) -> str:
    """Return the key of an output from `told` of each."""
    return hashlib.sha256(f"[{sources},{made},{form}]".encode()).hexdigest()[:32]


def key_as_it_is(source: Source) -> str:
    """Return the key of an output that has the very bytes of its source."""
    return key_of({source.name: source.sha256}, None, None)


def revisions_of(kind: str, names: Iterable[str]) -> list[Any]:
    """Return the revisions of steps that were drawn, by their names."""
    return [REGISTRY[kind, name].making() for name in names]


def key_of_all(sources: Iterable[Source], job: AnyJob, form: Any) -> str:
    """Return the key of what all files of a dataset become together, or of a part of it.

    `form` says which part, how the files are read, and by which versions of libraries.
    """
    balance = job.balance and [job.balance.model_dump(mode="json"), job.balance.revision]
    asked = [job.seed, job.copies, balance, _told(job.steps)]
    if job.is_marked:
        asked += [[each.name, each.copies, *map(_of_view, each.views)] for each in job.courses]
    return key_of({each.name: each.sha256 for each in sources}, asked, form)


def _of_view(view: View[Transform]) -> list[Any]:
    return [view.name, _told(view.steps)]


def _told(steps: Sequence[Transform]) -> list[Any]:
    """Return steps with their revisions, those inside controls too."""
    return [[plain_step(step), [each.making() for each in walk([step])]] for step in steps]

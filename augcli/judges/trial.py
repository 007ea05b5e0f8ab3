"""What a learner says of sources that it was not trained on: asked once, and kept."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from augcli.engines.cpus import one_thread
from augcli.judges.judge import Judge, Numbers, Rows, Scores
from augcli.system.machine import version_of

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "opencv-python-headless")


class Store(Protocol):
    """Where scores are kept that were asked for before."""

    def found(self, key: str) -> bytes | None:
        """Return what was kept under a key."""
        ...

    def keep(self, key: str, data: bytes) -> None:
        """Keep something under a key."""
        ...


class Nowhere:
    """No place: everything is asked anew."""

    def found(self, key: str) -> bytes | None:
        """Return nothing."""
        return None

    def keep(self, key: str, data: bytes) -> None:
        """Keep nothing."""


NOWHERE = Nowhere()


def held_out(judge: Judge, rows: Rows, partitions: Sequence[Numbers], store: Store) -> Scores:
    """Return scores of each source by a learner trained without its fold, for each partition."""

    def ask() -> Scores:
        return (judge.held_out or partial(refitted, judge))(rows, partitions)

    return _recalled(store, judge, rows, [each.tobytes() for each in partitions], ask)


def left_out(judge: Judge, rows: Rows, tested: Rows, store: Store) -> NDArray[np.float64]:
    """Return scores of samples of a part that a learner was not trained on."""
    asked = [each.encode() for each in tested.marks]
    return _recalled(store, judge, rows, asked, lambda: judge.fitted(rows, tested.views))


def refitted(judge: Judge, rows: Rows, partitions: Sequence[Numbers]) -> Scores:
    """Return scores for partitions by a learner that is fitted anew without each fold."""
    scores = np.empty((len(partitions), len(rows.labels), rows.classes))
    for scored, folds in zip(scores, partitions, strict=True):
        for fold in np.unique(folds):
            tested = np.flatnonzero(folds == fold).tolist()
            asked = [rows.views[row] for row in tested]
            scored[tested] = judge.fitted(rows.of(folds != fold), asked)
    return scores


def _recalled(
    store: Store, judge: Judge, rows: Rows, asked: Sequence[bytes], ask: Callable[[], Scores]
) -> Scores:
    """Return what was kept of the same question, or asked now; rows without a hash are no key."""
    if rows.digest is None:
        return _by_one_thread(ask)
    return recalled(store, _key(judge, rows.digest, asked), lambda: _by_one_thread(ask))


def _by_one_thread(ask: Callable[[], Scores]) -> Scores:
    """Return what is asked; with more threads digits would differ, and they wait for each other."""
    with one_thread():
        return ask()


def recalled(store: Store, key: str, ask: Callable[[], Scores]) -> Scores:
    """Return what was kept under a key, or asked now and kept."""
    if data := store.found(key):
        kept: Scores = np.load(io.BytesIO(data), allow_pickle=False)
        return kept
    scores, file = ask(), io.BytesIO()
    np.save(file, scores, allow_pickle=False)
    store.keep(key, file.getvalue())
    return scores


def looked_at(manifest: bytes) -> str:
    """Return the key of which samples of an output cannot be looked at."""
    told = [manifest, *(f"{name} {version_of(name)}".encode() for name in _LIBRARIES)]
    return hashlib.sha256(b"\0".join(told)).hexdigest()


def _key(judge: Judge, digest: str, asked: Sequence[bytes]) -> str:
    """Return a hash of all that scores hang on."""
    versions = [f"{name} {version_of(name)}" for name in (*_LIBRARIES, *judge.libraries)]
    told = "\0".join([judge.name, str(judge.revision), *versions, digest])
    return hashlib.sha256(b"\0".join([told.encode(), *asked])).hexdigest()

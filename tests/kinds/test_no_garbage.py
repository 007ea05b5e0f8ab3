"""A chunk leaves no cycles of our own behind: what it took is free at once, without a collector.

Cycles pile up till the collector runs, in memory that the processor has not at hand; looking for
them took a tenth of what small pictures cost.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from made import Made, by

from augcli.engines import Beat, ChunkFunction, Outcome
from augcli.engines.local import InProcess
from augcli.image.augment import ProcessedPicture
from augcli.run import run


class Tidy(InProcess):
    """Works here, and keeps what only the collector could have freed after a chunk."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[str] = []

    def spread(self, work: ChunkFunction, chunks: Iterable[Sequence[Any]]) -> Iterator[Outcome]:
        def watched(items: Sequence[Any], beat: Beat) -> Any:
            with kept_garbage() as left:
                receipt = work(items, beat)
            self.left += left
            return receipt

        return super().spread(watched, chunks)


@contextmanager
def kept_garbage() -> Iterator[list[str]]:
    """Give the names of our own types of which objects are garbage at the end."""
    left: list[str] = []
    gc.freeze()  # what is garbage before is looked at no more
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield left
        gc.collect()
        left += {own for each in gc.garbage if (own := type(each).__module__).startswith("augcli")}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.unfreeze()


@by(
    *("image png", "image coco", "image voc", "image masks", "tabular csv", "text csv"),
    *("text folders", "timeseries ts", "timeseries arrays", "timeseries wav"),
)
def test_a_chunk_of_any_kind_leaves_no_cycle(made: Made, tmp_path: Path) -> None:
    engine = Tidy()
    run(made.anew(tmp_path).recipe(), engine, lambda _done, _total: None)
    assert engine.left == []


@by("image png")
def test_a_cycle_is_noticed(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = ProcessedPicture._draw

    def circular(self: Any) -> None:
        self.itself = self
        draw(self)

    monkeypatch.setattr(ProcessedPicture, "_draw", circular)
    with pytest.raises(AssertionError):
        test_a_chunk_of_any_kind_leaves_no_cycle(made, tmp_path)

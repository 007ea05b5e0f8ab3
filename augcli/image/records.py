"""What the manifest and keys tell of the outputs of one picture."""

from __future__ import annotations

from msgspec import Struct

from augcli.image.drawing import Drawn
from augcli.names import Spot, group_name
from augcli.once import kept
from augcli.records.keys import told_hashes
from augcli.records.provenance import PictureRecord, original_of
from augcli.task import Plain, Source, Task


class Records(Struct, frozen=True, dict=True):
    """The records of one source's outputs, and what their keys have of its file."""

    task: Task
    digest: str
    """The hash of its bytes."""
    extension: str
    """What the names of its copies end with."""
    blank: Plain
    """A record that tells nothing of a source yet."""

    def record(
        self, name: str, spot: Spot | None, drawn: Drawn, encoding: Plain | None, beside: Plain
    ) -> Plain:
        """Return the record of an output, still without its hash."""
        facts = drawn.facts
        record = self._common | {
            "output": name,
            "copy": spot and spot.copy,
            "steps": drawn.steps,
            "encoding": encoding,
            "width": facts.width if facts else None,
            "height": facts.height if facts else None,
        }
        odd = drawn.odd(self.task.label) | beside
        if spot and spot.view:
            odd["group"] = group_name(self.task.base, self.extension, spot)
        return PictureRecord.ordered(record | odd) if odd else record

    def hashes(self, drawn: Drawn) -> str:
        """Return the hashes of the source and of what is mixed with it, as keys have them."""
        if not drawn.partners:
            return self._own
        return told_hashes({self.task.source: self.digest, **drawn.hashes})

    @kept
    def _own(self) -> str:
        return told_hashes({self.task.source: self.digest})

    @kept
    def _common(self) -> Plain:
        """Return what the records of all outputs have in common, as a record without the rest."""
        task = self.task
        return self.blank | {
            "source": task.source,
            "source_sha256": self.digest,
            "split": task.split,
            "label": task.label,
        }


def blank(listing: Plain | None) -> Plain:
    """Return a record that tells nothing but what it takes to list pictures as the dataset does."""
    empty = original_of(Source("", "", b""), "", None)
    size: Plain = {"encoding": None, "width": None, "height": None}
    return PictureRecord(**empty, **size, listing=listing).plain()

"""What a source's record says of its outputs: together with others, without what was lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from augcli.store.output import OutputFolder
from augcli.task import Count, Lost, Plain


def told_together(entries: Sequence[Plain | None]) -> list[Plain]:
    """Return the entries of an output, whose line tells of what lies beside it, and of that."""
    made = [each for each in entries if each]
    if entries[0] and len(made) > 1:
        own, *others = made
        beside = {each["record"]["output"]: each["record"]["sha256"] for each in others}
        made[0] = own | {"record": own["record"] | {"beside": beside}}
    return made


def less_lost(counts: Sequence[Count], lost: Sequence[Lost]) -> Iterator[Count]:
    """Yield counts without what was lost."""
    for count in counts:
        own = (each for each in lost if each.label == count.label)
        gone = sum(each.copies for each in own if each.failure["split"] == count.split)
        yield replace(count, after=count.after - gone)


def kept_of(prior: Plain, task: Plain, output: OutputFolder) -> Plain:
    """Return what a record keeps of the one before where a source failed and may not the next time.

    Outputs that were changed, or that belong to another split or class now, are not kept.
    """
    if any(prior.get(key, task[key]) != task[key] for key in ("split", "label")):
        return {"outputs": []}
    kept = [each for each in prior["outputs"] if output.whole_stat(each)]
    return {key: prior[key] for key in _LASTING if key in prior} | {"outputs": kept}


_LASTING = ("sha256", "notes", "repeats", "counts", "failures")
"""What a record says of outputs, beside them."""

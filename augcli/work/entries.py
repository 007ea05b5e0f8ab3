"""What a source's record says of its outputs: together with others, without what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from augcli.errors import LostError
from augcli.plural import several
from augcli.requests.redraws import Place
from augcli.store.output import OutputFolder
from augcli.task import Count, Lost, Output, Plain, Task, class_of, failure


def told_together(entries: Sequence[Plain | None]) -> list[Plain | None]:
    """Return the entries of an output, whose line tells of what lies beside it, and of that."""
    own, *others = entries
    beside = {each["record"]["output"]: each["record"]["sha256"] for each in others if each}
    told = own and own | {"record": own["record"] | ({"beside": beside} if beside else {})}
    return [told, *others]


def faults_on(task: Task, short: Mapping[Place, str]) -> list[Plain]:
    """Return what is told of a task's copies that steps fail on."""
    if not short:
        return []
    reason, count = next(iter(short.values())), several(len(short), "copy", "copies")
    text = f"{count} of it cannot be made: {reason}"
    return [failure(task.source, task.split, task.label, text)]


def lost_on(output: Output, error: LostError) -> Lost:
    """Return what is told of an output on which a worker was lost."""
    source, split, label = map(output.record.get, ("source", "split", "label"))
    told = failure(str(source), split, class_of(label), str(error))
    return Lost(told, told["label"])


def less_lost(counts: Sequence[Count], lost: Sequence[Lost]) -> list[Count]:
    """Return counts without what was lost."""
    gone = Counter[tuple[str | None, str]]()
    for each in lost:
        gone[each.label, each.failure["split"]] += each.copies
    return [replace(count, after=count.after - gone[count.label, count.split]) for count in counts]


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

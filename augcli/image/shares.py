"""The class of a mixture: the share of each class that it is mixed of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from augcli.params import rounded
from augcli.records.typed import Step


def mixed(
    label: str | None, steps: Sequence[Step], label_of: Callable[[str], str | None]
) -> str | dict[str, float] | None:
    """Return the shares after some steps, the picture's own class first; they add up to 1.

    A step that mixes labels tells in its params the weights of its partners.
    """
    if label is None:
        return None
    others: dict[str, float] = {}
    for step in steps:
        params = step["params"]
        weights = params.get("weights", ())
        others = {name: share * (1 - sum(weights)) for name, share in others.items()}
        for ident, weight in zip(params.get("partners", ()), weights, strict=False):
            name = label_of(ident)
            if name is not None:
                others[name] = others.get(name, 0.0) + weight
    shares = {name: rounded(s) for name, s in others.items() if name != label and s > 0}
    return {label: rounded(1 - sum(shares.values())), **shares} if shares else label

"""What holds for the params of every step: its declaration takes them, and no nonsense."""

from __future__ import annotations

from typing import Any

from augcli.contract.trials import taken_nonsense
from augcli.steps.recorded import check_steps
from augcli.transform import Transform


def held_to_its_declaration(cls: type[Transform], params: dict[str, Any]) -> None:
    """See that a step's params can be followed, and that none of its numbers can be nonsense."""
    check_steps(cls, [cls.told(params)])
    assert [*taken_nonsense(cls, params)] == []

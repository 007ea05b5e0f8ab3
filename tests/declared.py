"""What holds for the params of every step: its declaration takes them, and no nonsense."""

from __future__ import annotations

import re
from typing import Any

import pytest

from augcli.errors import SampleError
from augcli.recorded import check_steps
from augcli.transform import Transform, declared_range, own_fields

NONSENSE = (1e9, -1e9, float("nan"), 10**400, "much", None, [0.1, 0.2], {})
"""What no number in params is."""


def held_to_its_declaration(cls: type[Transform], params: dict[str, Any]) -> None:
    """See that a step's params can be followed, and that none of its numbers can be nonsense."""
    check_steps(cls, [{"name": cls.name, "params": params}])
    for field in set(own_fields(cls)) & params.keys() - cls.lists:
        for odd in NONSENSE if declared_range(cls, field) else ():
            with pytest.raises(SampleError, match=re.escape(f"{cls.name}.{field}")):
                check_steps(cls, [{"name": cls.name, "params": params | {field: odd}}])

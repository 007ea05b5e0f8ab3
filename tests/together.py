"""Many cases in one test, where each costs less than a test of its own does.

Pytest and its workers take some three milliseconds to begin, end and tell of a test.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any


def together(names: str | tuple[str, ...], cases: Iterable[Any]) -> Callable[[Any], Any]:
    """Return what calls a test with each case in turn; the one that fails is named.

    It is told as `pytest.mark.parametrize` is, and other marks and fixtures are as ever.
    """
    called = (names,) if isinstance(names, str) else names
    every = [(case,) if isinstance(names, str) else case for case in cases]
    assert every

    def joined(test: Callable[..., None]) -> Callable[..., None]:
        def whole(**given: Any) -> None:
            for case in every:
                told = dict(zip(called, case, strict=True))
                try:
                    test(**given, **told)
                except BaseException as error:
                    error.add_note(f"with {told}")
                    raise

        signature = inspect.signature(test)
        others = [each for each in signature.parameters.values() if each.name not in called]
        update_wrapper(whole, test)
        del whole.__wrapped__  # or pytest would ask for what is given here
        whole.__signature__ = signature.replace(parameters=others)
        return whole

    return joined

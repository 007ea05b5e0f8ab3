"""Steps that other people declare: where they come from, and how their faults are told.

A method of such a step may raise anything, or return what is none of what it promises. That is no
bug of ours and costs no more than the sample that it was met on: it becomes a StepError, with the
step's name, what was raised and the line of the person's own file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from functools import cache, wraps
from itertools import chain
from pathlib import Path
from threading import current_thread, main_thread
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_origin, get_type_hints

from pydantic import PydanticUserError

from augcli.errors import AugmentError, SampleError, StepError, UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T", bound=type)
Checked = Callable[[str, Sequence[Any], Any], Any]
"""Takes a method's name, what it was told and what it returned; returns what is gone on with."""

GROUP = "augcli.steps"
"""The entry points by which packages name the modules that declare steps."""
PLUGIN = "augment_plugin_"
"""How the names of modules begin that were read from files named as plug-ins."""
_OURS = __name__.partition(".")[0]


class Declared:
    """What is told of a class by whoever declares it, in outputs' keys and in records."""

    name: ClassVar[str]
    revision: ClassVar[int] = 1
    """Raised when the same params come to mean other output, so that old outputs are redone."""
    origin: ClassVar[str | None] = None
    """Where a class of other people's comes from, and what tells its content; None for ours."""

    @classmethod
    def making(cls) -> int | list[Any]:
        """Return what tells outputs of equal params apart: the revision, and whose class it is."""
        return [cls.revision, cls.origin] if cls.origin else cls.revision

    @classmethod
    def told(cls, params: dict[str, Any]) -> Any:
        """Return what records tell of it where these params were drawn."""
        told = {"name": cls.name, "params": params}
        return told | {"plugin": cls.origin} if cls.origin else told

    @classmethod
    def checked(cls, method: str, told: Sequence[Any], made: Any) -> Any:
        """Return what a method of someone else's class made of what it was told.

        Params are as a replay will see them. Raises TypeError or ValueError for what cannot be.
        """
        return json.loads(json.dumps(made, allow_nan=False)) if method == "make_params" else made


def derived_from(cls: T) -> T:
    """Class decorator of what many are derived from: its hints are read once."""
    hints = get_type_hints(cls, include_extras=True)
    cls.__annotations__ = {name: hints[name] for name in cls.__annotations__}
    return cls


def aside() -> AbstractContextManager[object]:
    """Have what people's code prints go to stderr meanwhile: stdout is for data.

    Only in the main thread, where commands and workers do their work: threads of a program have one
    stdout, and would not put it back in the order in which they took it.
    """
    is_main = current_thread() is main_thread()
    return redirect_stdout(sys.stderr) if is_main else nullcontext()


def is_foreign(cls: type | FunctionType) -> bool:
    """Return whether a class or function is other people's."""
    return cls.__module__.partition(".")[0] != _OURS


def is_plugin(cls: type) -> bool:
    """Return whether a class is declared in a file that was named as a plug-in."""
    return cls.__module__.startswith(PLUGIN)


def guarded(cls: T, checked: Checked) -> T:
    """Have all methods of a class tell their faults that stand in for ours but are not ours."""
    for name, method in _overrides(cls):
        kind = type(method)
        if issubclass(kind, FunctionType):
            setattr(cls, name, _told(cls, name, method, checked))
        elif issubclass(kind, classmethod | staticmethod):
            setattr(cls, name, kind(_told(cls, name, method.__func__, checked)))
        elif issubclass(kind, property) and method.fget:
            setattr(cls, name, property(_told(cls, name, method.fget, checked)))
    return cls


def _overrides(cls: type) -> Iterator[tuple[str, Any]]:
    """Yield what a class has of others in the place of our methods, by name."""
    ours = {name for base in cls.__mro__ if not is_foreign(base) for name in vars(base)}
    for name in sorted(name for name in ours if not name.startswith("_")):
        found = next(base for base in cls.__mro__ if name in vars(base))
        if is_foreign(found):
            yield name, vars(found)[name]


def _told(cls: type, name: str, method: Callable[..., Any], checked: Checked) -> Any:
    """Return a method that tells its faults, and whose results are looked at."""
    expected = _expected(cls, name)

    def made(*told: Any, **named: Any) -> Any:
        result = method(*told, **named)
        if not isinstance(result, expected):
            text = f"{name} returned {type(result).__name__}, not {expected.__name__}"
            raise TypeError(text)
        return checked(name, told[1:], result)

    return telling(cls, wraps(method)(made))


def _expected(cls: type, name: str) -> type:
    """Return the type that our own declaration of a method says it returns."""
    declared = next(vars(base)[name] for base in cls.__mro__ if _declares(base, name))
    function = getattr(declared, "__func__", getattr(declared, "fget", declared))
    try:
        hint = get_type_hints(function).get("return", object) if callable(function) else object
    except NameError:  # it names what is imported for type checkers alone
        return object
    found = get_origin(hint) or hint
    return found if isinstance(found, type) else object


def _declares(base: type, name: str) -> bool:
    return not is_foreign(base) and name in vars(base)


def telling(cls: type, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of a step that tells what it raises as a fault of the step."""

    name = getattr(cls, "name", None)
    name = name if isinstance(name, str) else cls.__name__

    @wraps(function)
    def called(*told: Any, **named: Any) -> Any:
        try:
            with aside():
                return function(*told, **named)
        except SampleError as error:
            if type(error) is not SampleError:
                raise
            raise StepError(f"step {name!r}: {error}") from error
        except (AugmentError, MemoryError):
            raise
        except (Exception, SystemExit) as error:
            raise StepError(f"step {name!r} failed: {what_was_raised(error, cls)}") from error

    return called


def what_was_raised(error: BaseException, cls: type) -> str:
    """Return type and message of an error, and the line of the file of a class that it is of."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return raised_in(error, file)


def raised_in(error: BaseException, file: str | None) -> str:
    """Return type and message of an error, and the last line of a file that led to it."""
    lines = [line for name, line in _lines(error) if file and name == file]
    place = f" ({Path(str(file)).name}:{lines[-1]})" if lines else ""
    told = error.message if isinstance(error, PydanticUserError) else error  # without its address
    return f"{type(error).__name__}: {told}{place}"


def _lines(error: BaseException) -> Iterator[tuple[str, int]]:
    """Yield file and line of each call that led to an error, the outermost first."""
    if isinstance(error, SyntaxError) and error.filename:
        yield error.filename, error.lineno or 0
    trace = error.__traceback__
    while trace:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def origin_of(cls: type) -> str:
    """Return where a class of others comes from, and what tells its content from another's."""
    named = packages().get(cls.__module__.partition(".")[0], ())
    dist = named[0].dist if named else None
    if dist:
        return f"{dist.name} {dist.version}"
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    data = getattr(module, SOURCE, None) or (Path(file).read_bytes() if file else None)
    return origin(Path(file).name, data) if file and data else cls.__module__


def taken(what: str, known: type | None, cls: type) -> ValueError:
    """Return what is told of a class whose name one has, None where that is not imported yet."""
    if is_foreign(cls) and (known is None or not is_foreign(known)):
        return ValueError(f"augment has a {what} of its own: call yours otherwise")
    return ValueError(f"{what} is registered twice")


FILE = " sha256:"
"""Stands between the name of a file of steps and the hash of its content."""
AGAIN = "__augment_again__"
"""The name under which such a module has what says anew what it declares."""
SOURCE = "__augment_source__"
"""The name under which a module that was read as a plug-in has its bytes."""


def origin(name: str, data: bytes) -> str:
    """Return how a file with steps is told of: its name, and the hash of its content."""
    return f"{name}{FILE}{hashlib.sha256(data).hexdigest()}"


def number_of(cls: type) -> int:
    """Return a number that tells where a class of others comes from from all other places."""
    return int.from_bytes(hashlib.sha256(origin_of(cls).encode()).digest()[:6])


def remember(cls: type, again: Callable[[], None]) -> None:
    """Keep with its module what says anew that a class is declared."""
    if is_plugin(cls):
        vars(sys.modules[cls.__module__]).setdefault(AGAIN, []).append(again)


def shown_origin(origin: str) -> str:
    """Return where a step comes from for people: of a hash, a few digits."""
    name, _, digest = origin.partition(FILE)
    return f"{name}{FILE}{digest[:12]}" if digest else name


@cache
def packages() -> Mapping[str, Sequence[EntryPoint]]:
    """Return what installed packages say of steps, by the package that declares them."""
    from importlib.metadata import entry_points  # takes longer than a short command may

    found: dict[str, list[EntryPoint]] = defaultdict(list)
    for each in entry_points(group=GROUP):
        found[each.module.partition(".")[0]].append(each)
    return found


@cache
def load_packages() -> None:
    """Import all modules in which installed packages declare steps."""
    for each in chain.from_iterable(packages().values()):
        try:
            with aside():
                each.load()
        except (Exception, SystemExit) as error:
            text = f"{each.value}, which {each.name!r} declares as steps, cannot be imported"
            raise UsageError(f"{text}: {type(error).__name__}: {error}") from error

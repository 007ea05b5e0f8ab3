"""Files with steps of people's own, which are run where someone names them, and nowhere else."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from types import ModuleType

from augcli.disk.inside import fits
from augcli.errors import AugmentError, UsageError
from augcli.foreign import AGAIN, PLUGIN, SOURCE, aside, raised_in
from augcli.registry import Key
from augcli.transform import Transform

_MOST = 1 << 20
"""Bytes of a file of steps."""
_ONE_AT_A_TIME = RLock()
"""A module is known to all threads before it is run."""
Steps = Mapping[Key, type[Transform]]


def load_below(folder: Path, name: str) -> Steps:
    """Return the steps of a file in a recipe's folder; UsageError where it leads out of there."""
    path = folder / name
    is_name = fits(name) and "\0" not in name and not Path(name).is_absolute()
    if not is_name or not path.resolve().is_relative_to(folder.resolve()):
        text = f"{name} is not in the recipe's folder; a plug-in is a file there or below"
        raise UsageError(text)
    return load(path)


def load(path: Path) -> Steps:
    """Return the steps of a file, which from then on are those of their names.

    What is read is what is run, and nothing is written beside it. UsageError where it cannot be.
    """
    data = _read(path)
    marks = (hashlib.sha256(each).hexdigest()[:16] for each in (bytes(path.resolve()), data))
    name = PLUGIN + "_".join((path.stem, *marks))
    with _ONE_AT_A_TIME:
        module = sys.modules.get(name) or _imported(name, path, data)
        for declare in vars(module).get(AGAIN, ()):
            declare()
    return {(each.kind, each.name): each for each in vars(module).values() if _is_step(each, name)}


def _imported(name: str, path: Path, data: bytes) -> ModuleType:
    module = ModuleType(name)
    module.__file__ = str(path)
    setattr(module, SOURCE, data)
    sys.modules[name] = module
    try:
        with aside():
            exec(compile(data, str(path), "exec"), vars(module))  # noqa: S102 – it was named for that
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        told = str(error) if isinstance(error, AugmentError) else raised_in(error, str(path))
        raise UsageError(f"{path} cannot be imported: {told}") from error
    return module


def _is_step(what: object, module: str) -> bool:
    """Return whether something in a module is a step that it declares."""
    is_own = isinstance(what, type) and issubclass(what, Transform) and what.__module__ == module
    return is_own and "name" in vars(what)


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    if path.suffix != ".py" or path.stat().st_size > _MOST:
        raise UsageError(f"{path} is no plug-in: that is a .py of at most {_MOST >> 20} MiB")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error

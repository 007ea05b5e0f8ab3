"""Where contenders write: always where nothing is yet, and nothing is removed before the end.

For some minutes ext4 looks at each inode that was freed whenever it wants a new one, and so what
removes files would be paid for by whoever is measured next, the more the more files they make.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from benchmarks import environment

_GONE = environment.SCRATCH / "gone"


def put_away(path: Path) -> None:
    """Leave nothing at a path: what is there is emptied, and removed once all is measured.

    Files of more than one name, which may be sources, stay as they are.
    """
    if not path.exists():
        return
    _GONE.mkdir(parents=True, exist_ok=True)
    gone = path.rename(Path(tempfile.mkdtemp(dir=_GONE)) / path.name)
    for file in gone.rglob("*") if gone.is_dir() else [gone]:
        if not file.is_symlink() and file.is_file() and file.stat().st_nlink == 1:
            os.truncate(file, 0)


atexit.register(shutil.rmtree, _GONE, ignore_errors=True)

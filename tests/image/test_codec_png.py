"""A PNG's bytes hang on its pixels alone, whichever process packs them."""

from __future__ import annotations

import subprocess
import sys

_PACK = """
import hashlib
import numpy as np
from augcli.image.codec.png import png_of
drawn = np.random.default_rng(0)
digest = hashlib.sha256()
for value in range(256):
    pixels = np.full((28, 28, 1), value, np.uint8)
    pixels[5:20, 6:20, 0] = drawn.integers(0, 255, (15, 14))
    digest.update(png_of(pixels))
print(digest.hexdigest())
"""
_PROCESSES = 6


def test_every_process_packs_the_same_bytes() -> None:
    command = [sys.executable, "-c", _PACK]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(_PROCESSES)
    ]
    digests = {process.communicate()[0] for process in running}
    assert {process.returncode for process in running} == {0}
    assert len(digests) == 1

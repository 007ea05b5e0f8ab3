"""The library that reads and writes sounds other than WAV, an extra."""

from __future__ import annotations

from typing import Any

from augcli.errors import SettingError


def soundfile() -> Any:
    """Return the library; SettingError where it is not installed."""
    try:
        import soundfile as found
    except ImportError:
        told = 'FLAC, OGG and codecs need the extra `sound`: pip install "augcli[sound]"'
        raise SettingError((), told) from None
    return found

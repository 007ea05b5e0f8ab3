"""Transforms of time series, spectrograms and sound; importing this package registers them."""

from augcli.timeseries.transforms import (
    alignment,
    axis,
    mixing,
    sound,
    spectrogram,
    values,
)

__all__ = ["alignment", "axis", "mixing", "sound", "spectrogram", "values"]

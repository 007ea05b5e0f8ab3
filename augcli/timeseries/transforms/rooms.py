"""Steps for sound on its way to a listener: a room, and a codec."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from augcli.draws import Draws
from augcli.ranges import Real, Spread, Uniform
from augcli.timeseries.noise import normal
from augcli.timeseries.series import Series, Values
from augcli.timeseries.soundfiles import soundfile
from augcli.timeseries.transform import Facts, OneByOne, drawn
from augcli.transform import Params, register

Codec = Literal["mp3", "vorbis", "gsm", "ulaw"]
_WRITTEN = {
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "vorbis": ("OGG", "VORBIS"),
    "gsm": ("WAV", "GSM610"),
    "ulaw": ("WAV", "ULAW"),
}
_SQUEEZED = ("mp3", "vorbis")
"""Codecs that may be told how much to leave out."""
_DECAY = 6.907755278982137
"""Natural logarithm of 1,000: a sound that has died down by 60 dB."""


@register
class Reverb(OneByOne):
    """Hear it in a room: echoes that get denser and die away, as loud as it was.

    The room's response is noise that decays (Moorer, About This Reverberation Business, Computer
    Music Journal 3, 1979). The noise is recorded as its seed.
    """

    revision: ClassVar[int] = 2
    seeded: ClassVar[bool] = True

    decay: Annotated[Spread, Real(0.001, 2, "until it is down by 60 dB", "of the length")] = (
        Uniform(0.05, 0.4)
    )
    wet: Annotated[Spread, Real(0, 1, "share of the room", neutral=0)] = Uniform(0.1, 0.5)

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return the sound in the room."""
        from scipy.signal import fftconvolve

        dry = np.nan_to_num(series.values)
        size = max(1, min(series.length, round(params["decay"] * series.length)))
        fading = np.exp(-_DECAY * np.arange(size) / size)
        room = fftconvolve(dry, (normal(params["seed"], size) * fading)[None], axes=-1)
        room = room[:, : series.length]
        room *= _level(dry) / (_level(room) or 1.0)
        mixed = dry + params["wet"] * (room - dry)
        return series.with_known(mixed)


@register
class SoundCodec(OneByOne):
    """Hear it through a lossy codec, by libsndfile (`pip install "augcli[sound]"`).

    MP3 and Vorbis as files have it, GSM 06.10 as telephones have it, µ-law as their lines do.
    """

    codecs: tuple[Codec, ...] = Field(
        ("mp3", "vorbis", "gsm", "ulaw"), min_length=1, description="which, each equally likely"
    )
    loss: Annotated[Spread, Real(0, 1, "how much mp3 and vorbis leave out")] = Uniform(0.3, 1.0)
    rate: Literal[8000, 16000, 22050, 44100, 48000] = Field(
        16000, description="samples a second that the codec takes it for"
    )

    def prepare(self) -> None:
        """Load the library."""
        soundfile()

    def make_params(self, draws: Draws, facts: Facts) -> Params:
        """Draw the codec and how much is lost; what it makes hangs on the library's version."""
        codec = self.codecs[draws.at("codec").integer(0, len(self.codecs) - 1)]
        loss, version = drawn(self.loss, draws, "loss"), soundfile().__libsndfile_version__
        return {"codec": codec, "loss": loss, "rate": self.rate, "library": version}

    @classmethod
    def apply(cls, series: Series, params: Params, partners: Sequence[Series]) -> Series:
        """Return what is left of the sound; what is beyond -1 and 1 is cut."""
        sound = np.clip(np.nan_to_num(series.values), -1, 1)
        heard = np.array([_coded(row, params) for row in sound])
        return series.with_known(heard)


def _level(values: Values) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _coded(sound: Values, params: Params) -> Values:
    """Return a channel after a codec, as long as it was."""
    library, file = soundfile(), io.BytesIO()
    form, kind = _WRITTEN[params["codec"]]
    told = {"compression_level": params["loss"]} if params["codec"] in _SQUEEZED else {}
    library.write(file, sound, params["rate"], format=form, subtype=kind, **told)
    file.seek(0)
    heard: Values = library.read(file)[0][: len(sound)]
    return np.pad(heard, (0, len(sound) - len(heard)))

"""What a user of audiomentations would write: class folders of WAV in, and copies out.

python audiomentations_wavs.py IN OUT COPIES
"""

from __future__ import annotations

import random
import shutil
import sys
import wave
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from audiomentations import AddGaussianSNR, Compose, Gain, PitchShift

STEPS = Compose(
    [
        Gain(min_gain_db=-6, max_gain_db=6, p=1.0),
        PitchShift(min_semitones=-2, max_semitones=2, p=1.0),
        AddGaussianSNR(min_snr_db=10, max_snr_db=40, p=1.0),
    ]
)


def augment(root: Path, target: Path, copies: int, path: Path) -> None:
    random.seed(str(path))
    np.random.seed(random.getrandbits(32))
    with wave.open(str(path)) as file:
        told, raw = file.getparams(), file.readframes(file.getnframes())
    sound = np.frombuffer(raw, "<i2").astype(np.float32) / 32768
    place = target / path.relative_to(root)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, place)
    for copy in range(copies):
        made = STEPS(samples=sound, sample_rate=told.framerate)
        with wave.open(str(place.with_suffix(f".{copy}.wav")), "wb") as file:
            file.setparams(told)
            file.writeframes((np.clip(made, -1, 1) * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    root, target = Path(sys.argv[1]), Path(sys.argv[2])
    with Pool() as pool:
        work = partial(augment, root, target, int(sys.argv[3]))
        pool.map(work, sorted(root.rglob("*.wav")))

"""What a user of tsaug would write: an .npz in, the same with new series out, seeded.

python tsaug_npz.py IN.npz OUT.npz COPIES
"""

from __future__ import annotations

import sys

import numpy as np
from tsaug import AddNoise, Drift, TimeWarp

source, target, copies = sys.argv[1], sys.argv[2], int(sys.argv[3])
data = np.load(source)
steps = TimeWarp(n_speed_change=3, max_speed_ratio=3, seed=1) * copies
steps = steps + Drift(max_drift=(0.1, 0.5), n_drift_points=3, seed=2) + AddNoise(scale=0.03, seed=3)
made = steps.augment(data["X"].astype(np.float64))
labels = np.repeat(data["y"], copies)
everything = np.concatenate([data["X"], made.astype(data["X"].dtype)])
np.savez(target, X=everything, y=np.concatenate([data["y"], labels]))

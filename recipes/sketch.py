"""A program for `generate`: redraws a picture in strokes; a diffusion model stands in its place.

It reads a request a line, writes the picture that it is asked for, and says so in a line.
"""

import json
import sys

import cv2
import numpy as np


def sketched(picture, seed, strength):
    """Return a picture with smooth areas and dark edges, in colours that a seed shifts."""
    chance = np.random.default_rng(seed)
    smooth = cv2.bilateralFilter(picture, 9, 60 * strength, 9)
    gray = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    edges = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 4)
    shift = chance.normal(0, 12 * strength, 1 if picture.ndim == 2 else 3)
    tones = np.clip(smooth + shift, 0, 255)
    return np.where(cv2.merge([edges] * len(shift)).reshape(tones.shape) > 0, tones, 0.4 * tones)


for line in sys.stdin:
    asked = json.loads(line)
    picture = cv2.imread(asked["source"], cv2.IMREAD_UNCHANGED)
    if picture.dtype == np.uint8:
        made = sketched(picture, asked["seed"], asked["params"].get("strength", 1))
        cv2.imwrite(asked["output"], made.astype(np.uint8))
        print(json.dumps({"id": asked["id"]}), flush=True)
    else:
        print(json.dumps({"id": asked["id"], "error": "takes 8-bit pictures"}), flush=True)

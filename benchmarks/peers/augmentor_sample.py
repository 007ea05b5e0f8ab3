"""Augmentor as its manual shows it: a pipeline and `sample(n)`.

It decodes the photo again for every picture, resamples bicubically and writes JPEG at Pillow's
quality of 75: none of these can be chosen.

    python augmentor_sample.py heavy|simple DATASET OUTPUT COUNT
"""

from __future__ import annotations

import sys

import Augmentor


def main(recipe: str, source: str, target: str, count: str) -> None:
    pipeline = Augmentor.Pipeline(source, target, save_format="JPEG")
    pipeline.flip_left_right(probability=0.5)
    pipeline.rotate(probability=1, max_left_rotation=15, max_right_rotation=15)
    pipeline.zoom(probability=1, min_factor=1.0, max_factor=1.2)
    if recipe == "heavy":
        pipeline.shear(probability=1, max_shear_left=10, max_shear_right=10)
        pipeline.skew(probability=1, magnitude=0.1)
        pipeline.crop_random(probability=1, percentage_area=0.54)
        pipeline.resize(probability=1, width=224, height=224)
    pipeline.random_brightness(probability=1, min_factor=0.8, max_factor=1.2)
    pipeline.random_contrast(probability=1, min_factor=0.8, max_factor=1.2)
    pipeline.sample(int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])

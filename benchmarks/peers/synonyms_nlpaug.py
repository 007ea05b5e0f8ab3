"""Synonyms from WordNet by nlpaug, a file to a file.

NLTK_DATA=FOLDER python synonyms_nlpaug.py IN.tsv OUT.tsv COPIES
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from nlpaug.augmenter.word import SynonymAug

ALPHA = 0.1


def main(source: str, target: str, copies: str) -> None:
    random.seed(1)
    augmenter = SynonymAug(aug_src="wordnet", aug_p=ALPHA, aug_min=1, aug_max=None)
    with Path(source).open() as lines, Path(target).open("w") as out:
        for line in lines:
            text, label = line.rstrip("\n").split("\t")
            out.write(line)
            for made in augmenter.augment(text, n=int(copies)):
                out.write(f"{made}\t{label}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

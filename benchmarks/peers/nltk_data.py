"""A folder for NLTK_DATA without a download, for measuring speed.

    python nltk_data.py WORDNET STOPWORDS TAGGER.pickle TARGET

WORDNET has WordNet's files (Debian: package wordnet-base, with lexnames from WordNet itself),
STOPWORDS a word a line. TAGGER is `trontagger-0.1.0.pickle` of the package textblob-aptagger 0.2.0
(MIT): the weights of the averaged perceptron whose class, features and 45 tags NLTK took over, so
that a tag costs what it costs NLTK's users.
"""

from __future__ import annotations

import json
import pickle
import shutil
import sys
from pathlib import Path
from typing import Any


class Plain(pickle.Unpickler):
    """Reads nothing but plain values."""

    def find_class(self, module: str, name: str) -> Any:
        if name == "set" and module in {"builtins", "__builtin__"}:
            return set
        raise pickle.UnpicklingError(f"{module}.{name} is no plain value")


def main(wordnet: str, stopwords: str, tagger: str, target: str) -> None:
    corpora = Path(target) / "corpora"
    shutil.copytree(wordnet, corpora / "wordnet", dirs_exist_ok=True)
    (corpora / "stopwords").mkdir(exist_ok=True)
    shutil.copy(stopwords, corpora / "stopwords" / "english")
    with Path(tagger).open("rb") as file:
        weights, words, classes = Plain(file).load()
    name = "averaged_perceptron_tagger_eng"
    folder = Path(target) / "taggers" / name
    folder.mkdir(parents=True, exist_ok=True)
    for what, value in {"weights": weights, "tagdict": words, "classes": sorted(classes)}.items():
        (folder / f"{name}.{what}.json").write_text(json.dumps(value))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A folder for NLTK_DATA without a download, for measuring speed.

    python nltk_data.py WORDNET STOPWORDS SENTENCES.tsv TARGET

WORDNET has WordNet's files (Debian: package wordnet-base, with lexnames from WordNet itself),
STOPWORDS a word a line. The tagger is NLTK's own class, trained on some of the sentences with each
word's first part of speech in WordNet for its tag: it is worth nothing as a tagger, and costs at
most what the real one does, which knows more.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from pathlib import Path

TAGS = {"n": "NN", "v": "VB", "a": "JJ", "s": "JJ", "r": "RB"}
TRAINED = 2000


def main(wordnet: str, stopwords: str, sentences: str, target: str) -> None:
    corpora = Path(target) / "corpora"
    shutil.copytree(wordnet, corpora / "wordnet", dirs_exist_ok=True)
    (corpora / "stopwords").mkdir(exist_ok=True)
    shutil.copy(stopwords, corpora / "stopwords" / "english")
    os.environ["NLTK_DATA"] = target
    from nltk.corpus import wordnet as words
    from nltk.tag.perceptron import PerceptronTagger

    tagger = PerceptronTagger(load=False)
    with Path(sentences).open(encoding="utf-8") as lines:
        rows = [line.split("\t")[0].split() for line in itertools.islice(lines, TRAINED)]
    tagged = [[(word, tag(words.synsets(word))) for word in row] for row in rows]
    tagger.train(tagged, nr_iter=3)
    folder = Path(target) / "taggers" / "averaged_perceptron_tagger_eng"
    folder.parent.mkdir(parents=True, exist_ok=True)
    tagger.save_to_json("eng", str(folder))


def tag(synsets: list) -> str:
    return TAGS[synsets[0].pos()] if synsets else "DT"


if __name__ == "__main__":
    main(*sys.argv[1:])

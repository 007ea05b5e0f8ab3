"""Easy data augmentation as one writes it by hand over NLTK: one process, a file to a file.

    NLTK_DATA=FOLDER python eda_nltk.py IN.tsv OUT.tsv COPIES

FOLDER/corpora/wordnet has WordNet's files. Every copy gets one of the
four operations, as ours does; words are what stands between spaces.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from nltk.corpus import wordnet

STOP = frozenset(
    """
    i me my we our you your he him his she her it its they them their what which who this that
    these those am is are was were be been being have has had do does did a an the and but if or
    because as until while of at by for with about against between into through during before after
    above below to from up down in out on off over under again then once here there when where why
    how all any both each few more most other some such no nor not only own same so than too very
    can will just should now
    """.split()
)
ALPHA = 0.1


def synonyms(word: str) -> list[str]:
    found = {
        lemma.name().replace("_", " ").replace("-", " ").lower()
        for synset in wordnet.synsets(word)
        for lemma in synset.lemmas()
    }
    found.discard(word)
    return sorted(found)


def replace(words, n):
    words, done = list(words), 0
    candidates = list({word for word in words if word not in STOP})
    random.shuffle(candidates)
    for candidate in candidates:
        known = synonyms(candidate)
        if known:
            new = random.choice(known)
            words = [new if word == candidate else word for word in words]
            done += 1
        if done >= n:
            break
    return words


def insert(words, n):
    words = list(words)
    for _ in range(n):
        for _ in range(10):
            known = synonyms(random.choice(words))
            if known:
                words.insert(random.randint(0, len(words) - 1), known[0])
                break
    return words


def swap(words, n):
    words = list(words)
    for _ in range(n):
        one, other = random.randrange(len(words)), random.randrange(len(words))
        words[one], words[other] = words[other], words[one]
    return words


def delete(words, n):
    kept = [word for word in words if random.random() > ALPHA]
    return kept or [random.choice(words)]


def main(source: str, target: str, copies: str) -> None:
    random.seed(1)
    with Path(source).open() as lines, Path(target).open("w") as out:
        for line in lines:
            text, label = line.rstrip("\n").split("\t")
            out.write(line)
            words = text.split(" ")
            n = max(1, int(ALPHA * len(words)))
            for _ in range(int(copies)):
                operation = random.choice((replace, insert, swap, delete))
                out.write(f"{' '.join(operation(words, n))}\t{label}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

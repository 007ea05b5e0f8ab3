"""A program for `generate`: translates to German and back by a table of phrases.

    python phrases.py TABLE

A local translation model stands in its place: it would be loaded once, before the first line.
"""

import json
import random
import re
import sys
from collections import defaultdict
from pathlib import Path


def read(path):
    """Return which German a phrase has, and which phrases each German has."""
    there, back = {}, defaultdict(list)
    for line in Path(path).read_text("utf-8").splitlines():
        english, german = line.split("\t")
        there[english] = german
        back[german].append(english)
    return there, back


there, back = read(sys.argv[1])
longest_first = sorted(there, key=len, reverse=True)
phrase = re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b")


def translated(text, chance):
    """Return a text there and back again."""
    return phrase.sub(lambda found: chance.choice(back[there[found[0]]]), text)


for line in sys.stdin:
    asked = json.loads(line)
    text = translated(asked["text"], random.Random(asked["seed"]))
    print(json.dumps({"id": asked["id"], "text": text}), flush=True)

"""Every finding that `check` has a code for, declared once: what it is, why, and what to do.

`check --explain`, docs/checks.md and the suppressions in recipes all go by FINDINGS. A code never
changes its meaning; a finding that is no more keeps its code from being used for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from augcli.checks.of_files import OF_FILES
from augcli.dataset.doubts import QUESTIONS
from augcli.errors import Finding, UsageError, did_you_mean

_COLUMNS = 79


@dataclass(frozen=True)
class Lint:
    """One finding of a look at samples; `at` is a path of keys in the recipe, or a file."""

    code: str
    message: str
    at: tuple[str | int, ...] | str
    severity: str = "warning"


_OF_RECIPES = (
    Finding(
        "recipe",
        "The recipe, or what it says of its dataset, cannot be run",
        "A key is unknown, a value is out of its range, or a name is none of the dataset's. "
        "Nothing is written before it is mended.",
        "Go to the file, line and column; the message says what was expected, and the nearest "
        "name. `augment schema` gives editors what they need to say so while you type.",
    ),
    Finding(
        "idle-ignore",
        "A comment silences nothing",
        "The code of an `augment: ignore` comment is none, or nothing was found that it could "
        "silence: it may hide what comes later.",
        "Correct the code, or remove the comment.",
    ),
    Finding(
        "label-changing",
        "A step can turn a sample into one of another class",
        "A mirrored b is a d, a 6 upside down is a 9, a mirrored left hand is a right one, and a "
        "red car with another hue is none: copies get labels that are wrong, and a model learns "
        "them.",
        "Limit the step with `except: [classes]`, or narrow its range. If these classes do not "
        "change, say so by a comment beside the step: `# augment: ignore label-changing`.",
    ),
    Finding(
        "destructive",
        "A step leaves little of some samples",
        "Copies that are nearly black, white, empty or noise, or hold or show next to nothing of "
        "their source, teach a model that the class looks like nothing.",
        "Narrow the range of the step; `augment preview` shows it.",
    ),
    Finding(
        "loses-objects",
        "A step cuts away objects",
        "Crops and shifts leave too little of small objects near the edge: copies have fewer of "
        "them than their sources, and a model sees them more rarely.",
        "Narrow the range of the step, take one that heeds objects, such as "
        "`box_safe_crop`, or keep more by `targets.min_visibility`.",
    ),
    Finding(
        "no-effect",
        "A step does nothing on this data",
        "It was tried on samples of the dataset and changed none: copies repeat their sources.",
        "Remove the step, or take one that suits the data.",
    ),
    Finding(
        "little-learned",
        "Few samples of a class could be brought onto each other",
        "A step that learns how samples of a class differ knows little of a class whose samples "
        "differ by something else; below a fifth what it learned is mostly chance.",
        "Leave the class out by `except: [classes]`, or take another step; `augment preview` "
        "shows what was learned.",
    ),
    Finding(
        "generated",
        "Samples are made anew by networks",
        "On few pictures samples of autoencoders, GANs and the like have cost accuracy, or gained "
        "half a point at most, in every measurement of this project; tables they help a little, or "
        "not at all.",
        "Let `augment evaluate` tell what they do to your data; if they help, say so by a comment "
        "beside the step: `# augment: ignore generated`.",
    ),
    Finding(
        "size-shortcut",
        "The size of a sample tells copies from originals",
        "Classes get different shares of copies, so a model can learn the size instead of the "
        "class.",
        "Bring the sources to one size beforehand, or say `originals: omit` under `output`.",
    ),
    Finding(
        "no-val",
        "Nothing to validate by, which YOLO's training asks for",
        "Ultralytics trains by no `data.yaml` that names no pictures under `val`.",
        "Say `split: {val: 0.2}` under `dataset`, or name the pictures in your own `data.yaml`.",
    ),
    Finding(
        "codec-shortcut",
        "Traces of the encoder tell copies from originals",
        "Originals stay as they were while copies are encoded anew. Where classes get different "
        "shares of copies, a model can learn the codec instead of the class.",
        "Say `originals: reencode` under `output`.",
    ),
    Finding(
        "growth",
        "A class grows more than tenfold",
        "Ten copies of a sample are ten views of one thing: a model learns these few samples by "
        "heart.",
        "Collect more samples, set a smaller `balance.target` or fewer `copies`, or weigh the "
        "classes when training.",
    ),
    Finding(
        "repeats",
        "Copies repeat each other",
        "There are fewer ways through the steps than copies of a picture: two without and with a "
        "mirror, one without steps. Copies that are the same weigh more and teach nothing.",
        "Add steps or widen their ranges, or ask for fewer `copies`.",
    ),
    Finding(
        "no-copies",
        "No copies are asked for",
        "Steps without `copies` or `balance` make nothing.",
        "Say `copies: N`, or `balance: {target: max}`.",
    ),
    Finding(
        "counts",
        "Counts are known after the run alone",
        "A method that leaves out rows where classes overlap does not reach exact counts.",
        "Nothing, or take a method without cleaning.",
    ),
    Finding(
        "soft-labels",
        "Mixed samples keep one class",
        "A sample mixed of two classes is labelled with the heavier one.",
        "Say `soft_labels: true` under `output` for a column a class with its share.",
    ),
)

_OF_COLUMNS = (
    Finding(
        "no-amount",
        "A column of numbers may be no amounts",
        "Codes such as those of post offices are interpolated like any number: new rows have codes "
        "that there are not, or of places that nobody meant.",
        "Say what it is: `id: NAME`, `ignore: [NAME]`, or `columns: {NAME: category}` under "
        "`dataset`.",
    ),
    Finding(
        "one-hot",
        "Columns are one category in several",
        "Of such columns exactly one is 1 in each row. Each is made by itself, so a new row may "
        "have two of them, or none.",
        "Put them back into one column of a category before augmenting.",
    ),
)

_OF_SPLITS = (
    Finding(
        "leak",
        "A sample is in an augmented and another split",
        "A model is judged by what it was trained on, and augmentation multiplies it.",
        "Take it out of one of the splits. `leaks: allow` under `dataset` waives this; the "
        "summary, run.json and the report repeat that.",
    ),
    Finding(
        "near-duplicate",
        "Samples of an augmented and another split are nearly equal",
        "Frames of one video, a picture that was scaled or saved again, a text with other blanks: "
        "a model is judged by what it has seen.",
        "Keep what belongs together in one split: `dataset.split: {test: 0.2, group: …}`, or "
        "folders. If they are different samples, add `# augment: ignore near-duplicate`.",
    ),
    Finding(
        "nothing-held-out",
        "There is no split but train",
        "Nothing is left to judge a model by, and what is split later from augmented data has "
        "copies of its own samples in train.",
        "Put the splits into folders, or say `split: {test: 0.2}` under `dataset`.",
    ),
    Finding(
        "duplicate",
        "A sample is more than once in an augmented split",
        "It weighs more than others, and copies of both are copies of one.",
        "Remove all but one; `copies` and `balance` decide how often a sample occurs.",
    ),
    Finding(
        "nearly-twice",
        "Samples within an augmented split are nearly equal",
        "A picture that was scaled or saved again, a text with other blanks or capitals, a series "
        "times two weigh more than others; under two labels one of these is wrong.",
        "Remove all but one, or correct the label. Neighbours in a video or a measurement may "
        "stay, but belong into one split.",
    ),
    Finding(
        "missing-class",
        "A class is not in every split",
        "It is learned but never judged, or judged but never learned.",
        "Move some of its samples, or say which folder is which split by `dataset.splits`.",
    ),
)

_OF_CLASSES = (
    Finding(
        "two-labels",
        "The same content has two labels",
        "One of them is wrong, or both are right and the classes overlap; a model learns neither.",
        "Remove one of the two, or correct its label.",
    ),
    Finding(
        "near-equal",
        "Classes differ by case, blanks or forms of Unicode alone",
        "Each is counted and balanced by itself, though a person takes them for one.",
        "Give them one name in the dataset.",
    ),
    Finding(
        "no-class",
        "A class may mean that there is no label",
        "It is balanced like any other class.",
        "Leave such labels blank, or add them to `dataset.missing` where there is that key.",
    ),
    Finding(
        "no-label",
        "Samples have no label",
        "They are no class, and balance passes them by.",
        "Label them, or leave them out by `exclude`.",
    ),
)

SECTIONS = {
    "What is asked of a dataset": QUESTIONS,
    "What a recipe does": _OF_RECIPES,
    "Columns": _OF_COLUMNS,
    "Splits": _OF_SPLITS,
    "Classes": _OF_CLASSES,
    "Files": OF_FILES,
}
FINDINGS = {each.code: each for section in SECTIONS.values() for each in section}


def explained(code: str) -> list[str]:
    """Return what a code means, line by line; UsageError for one that is none."""
    found = FINDINGS.get(code)
    if found is None:
        near = did_you_mean(code, FINDINGS) or f"; there are {', '.join(sorted(FINDINGS))}"
        raise UsageError(f"there is no finding {code!r}{near}")
    told = [f"{found.code}: {found.title}", found.why, f"What to do: {found.remedy}"]
    if found.code not in UNSILENCED:
        told.append(
            f"To silence it: `# augment: ignore {found.code}` in the recipe, beside the line."
        )
    return [line for text in told for line in (*wrap(text, _COLUMNS), "")][:-1]


_ASKED = (each.code for each in QUESTIONS if each.stops)
UNSILENCED = frozenset(("recipe", "sample", "leak", *_ASKED))
"""Codes of what `run` refuses or leaves out; no comment changes that."""

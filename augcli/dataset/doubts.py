"""What a person is asked of a dataset rather than that it is guessed: each doubt, declared once.

A run stops at a doubt and names the key that settles it, `check` tells it by its code, and `init`
writes it beside its best guess. One that stops no run is a warning in all three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from augcli.errors import Doubt, Finding

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Question(Finding):
    """A kind of doubt."""

    stops: bool = True
    """Whether a run waits for the answer."""

    def doubt(
        self,
        sentence: str,
        settled_by: str,
        key: str,
        at: tuple[str | int, ...] | None = None,
        guess: Mapping[str, Any] = _NOTHING,
    ) -> Doubt:
        """Return that it is asked; it is told at the key that settles it, or at another one."""
        place = at or tuple(key.split("."))
        return Doubt(self.code, sentence, settled_by, key, place, self.stops, guess)


UNCLEAR_SPLITS = Question(
    "unclear-splits",
    "Names leave it open which files are of which split",
    "Some folders or files look like splits and others beside them do not, or a name means two "
    "things. A test set that is taken for a class is augmented, and then tests nothing.",
    "Say which is which by `dataset.splits`: `{seg_pred: ignore}`, `{part_b: test}`, or "
    "`{train: class}` for a class that is called so.",
)
UNUSED_SPLITS = Question(
    "unused-splits",
    "A column or a list names splits, and nothing is held out by it",
    "Everything would be taken for train, and the samples that were meant for the test be "
    "augmented, too.",
    "Name the column by `dataset.split`, put each split into a folder, or say `dataset.splits: "
    "{NAME: class}` if it names no splits.",
)
NO_SUCH_SPLIT = Question(
    "no-such-split",
    "The split that is to be augmented is not there",
    "Names of folders, files or cells tell of other splits, and which of them is to be learned "
    "from is not for a program to say.",
    "Name it in `dataset.augment`, or say by `dataset.splits: {NAME: train}` which is train.",
)
UNNAMED_LABELS = Question(
    "unnamed-labels",
    "Masks, boxes or a table of classes lie beside pictures, and the recipe does not name them",
    "Copies of the pictures would be without their labels, or with those of the unmoved picture.",
    "Name the format by `dataset.format`; if the labels are not needed, say `annotations: ignore`, "
    "and leave masks out by `exclude`.",
)
UNCLEAR_SAMPLES = Question(
    "unclear-samples",
    "A file may be one sample, or each of its rows one",
    "Taken wrongly, a whole file becomes a class, or a sample is torn into rows that are none; so "
    "does a file that tells of the dataset, and lies beside its folders of classes.",
    "Say by `dataset.format` (texts) or `dataset.layout` (series) what a file holds, and by "
    "`dataset.exclude` which is no sample.",
)
UNCLEAR_FORMAT = Question(
    "unclear-format",
    "Several files or formats may be the dataset",
    "The same data often lies there twice, once for each program; both together would be counted "
    "twice.",
    "Say `dataset.format`, let `dataset.path` lead to one of them, or leave others out by "
    "`dataset.exclude`.",
)
UNCLEAR_PAIRS = Question(
    "unclear-pairs",
    "Which pictures belong together, and which of them is the input, is not clear",
    "The others follow the input: tones change it alone. Pictures of one scene that are moved each "
    "by itself, as bands in a file each would be, fit no more.",
    "Say `dataset.input: FOLDER`; of bands put each into a folder and say `format: pairs`, or "
    "`annotations: ignore` if each is a picture of its own.",
)
UNCLEAR_WORDS = Question(
    "unclear-words",
    "Which words of a sample may be edited is not clear",
    "In a chat the answers are what a model learns; in a tagged sentence each word has a tag; of "
    "two sentences the label often says how they belong together, and translations are no classes.",
    "Say `dataset.roles: [user]`, by `dataset.tags` where the tags are, by `dataset.text` which "
    "columns are edited, or by `dataset.include` which files are.",
)
OTHER_KIND = Question(
    "other-kind",
    "The dataset looks like one of another kind",
    "Nothing at its path is of the kind that the recipe names, or the rows of a table follow each "
    "other as the points of one series do: new rows would be points of none, and a drawn split has "
    "neighbours on both sides.",
    "Say `dataset.kind`, or let `dataset.path` lead elsewhere; where rows are samples, say "
    "`label: COLUMN` or what a column is: `columns: {COLUMN: decimals}`.",
)
WITHIN_CLASS = Question(
    "within-class",
    "Folders lie in those of classes",
    "A class is the first folder, so all that lies deeper is taken for one class.",
    "Let `dataset.path` lead to the folder that the classes are in.",
    stops=False,
)
WITHIN_NAMES = Question(
    "within-names",
    "Names of files may tell their classes",
    "No folder and no table tells classes, so nothing is balanced and no step can heed them, while "
    "names begin with few words or digits, as `cat.0.jpg` and `7_ada_0.wav` do.",
    "Put each class into a folder, or list files and classes in a table: `format: csv` of "
    "pictures, `labels: TABLE` of sounds.",
    stops=False,
)
SEVERAL_TASKS = Question(
    "several-tasks",
    "Annotation files of several tasks tell of the same pictures",
    "COCO keeps objects, keypoints and captions in a file each. Those of one task follow the "
    "pictures into copies, and an output is without the others.",
    "Leave out by `dataset.exclude` what is not meant: without `instances_*` keypoints are taken.",
    stops=False,
)
UNCLEAR_AXES = Question(
    "unclear-axes",
    "Which axis of an array is time is not clear",
    "Steps that warp and shift would mix channels, and leave time as it is.",
    "Say `dataset.axes`: `nct` for series, channels, points, or `ntc`.",
    stops=False,
)
POINTS_OF_SERIES = Question(
    "points-of-series",
    "Rows of a table may be points of series",
    "Numbers follow each other smoothly while other columns stay, as those of a sensor do. New "
    "rows would be points of no series, and a drawn split has neighbours on both sides.",
    "Say `kind: timeseries`, `layout: long` and `id: COLUMN` under `dataset`, or keep rows "
    "together by `split: {group: COLUMN}`.",
    stops=False,
)
GROUPS_APART = Question(
    "groups-apart",
    "Samples of one person or thing may be in several splits",
    "A column is called as one that tells of whom samples are, and has the same values in an "
    "augmented and another split. A model is judged by whom it has seen.",
    "Say `split: {test: 0.2, group: COLUMN}` under `dataset` to keep them together; of tables "
    "alone, `group: COLUMN` has a run refuse those that are not, and `columns: {COLUMN: category}` "
    "says that it tells of nobody.",
    stops=False,
)

QUESTIONS = (
    UNCLEAR_SPLITS,
    UNUSED_SPLITS,
    NO_SUCH_SPLIT,
    UNNAMED_LABELS,
    UNCLEAR_SAMPLES,
    UNCLEAR_FORMAT,
    UNCLEAR_PAIRS,
    UNCLEAR_WORDS,
    OTHER_KIND,
    WITHIN_CLASS,
    WITHIN_NAMES,
    SEVERAL_TASKS,
    UNCLEAR_AXES,
    POINTS_OF_SERIES,
    GROUPS_APART,
)

"""Another value of every key of a recipe."""

from __future__ import annotations

from typing import Any

Change = tuple[tuple[str | int, ...], Any]
"""Where in the recipe, and what stands there then."""

STEPS: dict[str, list[dict[str, Any]]] = {
    "image": [{"rotate": {"degrees": [-20, 20]}}, {"brightness": {}}, {"invert": {}}],
    "tabular": [{"jitter": {"sigma": 0.1}}, {"swap": {}}, {"scale": {}}],
    "text": [{"random_delete": {"alpha": 0.3}}, {"random_swap": {}}, {"char_drop": {}}],
    "timeseries": [{"scaling": {"per_channel": False}}, {"jitter": {}}, {"magnitude_warp": {}}],
}
"""The first is the one whose parameters are changed."""

OWN_FIELDS: dict[str, dict[str, Any]] = {
    "image": {
        "degrees": [3, 9],
        "expand": True,
        "border": "wrap",
        "fill": 0.3,
        "interpolation": "nearest",
    },
    "tabular": {"sigma": 5},
    "text": {"alpha": 0.9, "negations": True},
    "timeseries": {"factor": 3, "per_channel": True},
}

OTHER_NAME = {
    "image": {"horizontal_flip": {}, "vertical_flip": {}},
    "tabular": {"swap": {"share": 0.5}, "mask": {"share": 0.5}},
    "text": {"random_swap": {"alpha": 0.3}, "random_delete": {"alpha": 0.3}},
    "timeseries": {"jitter": {}, "drift": {}},
}
"""Two steps of other names that take the same parameters."""

COMMON: dict[str, Any] = {"p": 0.4, "only": ["a"], "except": ["a"], "id": "mine"}

CONTROL_FIELDS: dict[str, Any] = {"n": 1, "weights": [0, 0, 1]}

LABEL_OF: dict[str, Any] = {"smogn": "width", "mlsmote": ["often", "seldom"]}
"""The label of methods that balance no classes."""

GROUPED: dict[str, Any] = {
    "stages": [{"name": "mild", "copies": 1, "strength": 0.2}],
    "views": 2,
    "branches": {"one": [], "other": []},
}
"""Of kinds whose copies may be groups."""

DATASET: dict[str, Any] = {
    "augment": ["val"],
    "include": ["**/train*", "**/train/**"],
    "exclude": ["**/val*", "**/val/**"],
    "leaks": "allow",
}

DATASET_OF: dict[str, dict[str, Any]] = {
    "image": {
        **{"file": "path", "label": "sort", "split": "part"},
        **{
            "checksums": "SHA256SUMS",
            "max_pixels": 5000,
            "max_bytes": 9000,
            "annotations": "ignore",
        },
        "splits": {"val": "other"},
        "group": "[0-9]",
    },
    "tabular": {
        **{"label": "fold", "split": "fold", "id": "number", "ignore": ["width"]},
        **{"columns": {"width": "category"}, "missing": ["0.625"], "header": True},
        **{
            "delimiter": ",",
            "quote": "'",
            "encoding": "latin-1",
            "max_bytes": 100_000,
            "splits": {"fold": "class", "val.csv": "other"},
            "group": "fold",
        },
    },
    "text": {
        **{"format": "csv", "text": "other", "label": "fold", "split": "fold", "spans": "spans"},
        **{"label_separator": "|", "header": True, "delimiter": ",", "quote": "'"},
        **{"encoding": "latin-1", "words": "characters", "protect": ["film"], "lexicon": "lex.tsv"},
        **{"missing": ["x"], "deny": ["good"], "negations": ["film"]},
        **{"max_bytes": 100_000, "splits": {"fold": "class", "val.csv": "other"}, "group": "fold"},
    },
    "timeseries": {
        **{"format": "csv", "layout": "wide", "label": "fold", "split": "fold", "header": True},
        **{"delimiter": ",", "quote": "'", "encoding": "latin-1", "missing": ["x"]},
        **{"max_bytes": 100_000, "splits": {"fold": "class", "val.csv": "other"}, "group": "fold"},
        **{"ignore": ["t3"], "decimal": ","},
    },
}

_TABLE = {"dataset": {"path": "in/t.csv", "format": "csv"}}

_JSON = {"dataset": {"include": ["*.jsonl"]}}

BEFORE: dict[tuple[str, str], dict[str, Any]] = {
    **{("image", key): _TABLE for key in ("file", "label", "split")},
    ("text", "spans"): _JSON,
    **{(kind, "group"): {"dataset": {"leaks": "allow"}} for kind in DATASET_OF},
}
"""What the recipe says of the dataset where a key has no meaning otherwise."""

ELSEWHERE: dict[Any, str] = {
    "path": "a moved dataset is in test_incremental",
    "kind": "another kind is another output",
    "links": "is in test_what_is_taken, and puts nothing else into an output",
    ("image", "format"): "comes with another path",
    **dict.fromkeys(
        [("image", each) for each in ("targets", "masks", "captions", "input")],
        "are of labels, in tests/image/labelled",
    ),
    **dict.fromkeys(
        [("image", "images"), ("image", "suffix")],
        "say where paths of tables lead, in test_paths_in_tables and the suite for formats",
    ),
    **dict.fromkeys(
        [("image", each) for each in ("label_separator", "header", "delimiter")],
        "say how tables are read, in test_several_labels and the suite for formats",
    ),
    **dict.fromkeys(
        [
            (kind, each)
            for kind in ("tabular", "text", "timeseries")
            for each in ("layout", "shards")
        ],
        "need a file for each sample, as pictures have, and are in test_shards",
    ),
    "annotations": "of the output: in test_label_recipes; of the dataset: in DATASET_OF",
    **dict.fromkeys(
        ["id", "time", "channels", "point_labels", "windows"], "of long tables, which have `id`"
    ),
    **dict.fromkeys(["together", "sum", "order", "constraints"], "are in tabular/test_bonds"),
    ("timeseries", "columns"): "says what labels are, in timeseries/test_numbers_to_predict",
    **dict.fromkeys(
        ["labels", ("timeseries", "file")], "of sounds, in timeseries/test_sounds_of_all_sorts"
    ),
    **dict.fromkeys(["roles", "tags", "offsets"], "are of lists, in text/test_several_texts"),
    **dict.fromkeys(["axes", "array", "one_per_file"], "of arrays, which have no other keys"),
}

OUTPUT_OF: dict[str, dict[str, Any]] = {
    "image": {"originals": "reencode", "image": {"format": "jpeg"}, "layout": "webdataset"},
    "tabular": {
        **{"originals": "omit", "ids": "new", "range": "free", "source_column": True},
        **{"soft_labels": True, "weights": True},
    },
    "text": {},
    "timeseries": {"originals": "omit"},
}

NESTED: list[tuple[str, tuple[str, ...], Any, dict[str, Any]]] = [
    ("image", ("output", "image", "quality"), 50, {"image": {"format": "jpeg"}}),
    ("image", ("output", "originals"), "link", {"image": {"format": "jpeg"}}),
    ("image", ("output", "layout"), "parquet", {"layout": "webdataset"}),
    ("image", ("output", "layout"), "files", {"layout": "parquet"}),
    ("image", ("output", "shards"), 3, {"layout": "webdataset", "shards": 2}),
]
"""Kind, key and value, and what the recipe says of its output before."""

TOP: dict[str, Any] = {"seed": 8, "copies": 3, "strength": 0.4, "max_failures": 2, "timeout": 30}

BALANCE: dict[str, Any] = {
    **{"target": "median", "k": 2, "m": 4, "variant": 2, "step": 0.2, "clusters": 2},
    **{"neighbours": "approximate", "shrinkage": 0.5, "clean": "all", "noise": 0.1},
    **{"relevance": 0.5, "threshold": 0.2},
    **{"distances": "raw", "surface": "minority", "truncation": 0.5, "deformation": 0.5},
}

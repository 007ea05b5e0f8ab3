"""What balancing does to learners: without, with imbalanced-learn, with ours.

    python -m benchmarks.tables_quality DATA

5-fold cross-validation; balancing happens inside the training folds only, and equal rows are kept
in one fold. Per table and learner: area under the ROC curve, recall of the rare class at 0.5, and
expected calibration error (15 bins). Abalone is ages from 16 on against the rest.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTENC
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from augcli.engines.local import make_engine
from augcli.recipe import load_recipe
from augcli.run import run

TABLES: dict[str, Callable[[pd.Series], pd.Series]] = {
    "mammography.csv": lambda label: label == "'1'",
    "phoneme.csv": lambda label: label == 1,
    "pima-indians-diabetes.csv": lambda label: label == 1,
    "abalone.csv": lambda label: label >= 16,
    "adult-train.csv": lambda label: label == ">50K",
}
Sampler = Callable[[pd.DataFrame, pd.Series], tuple[pd.DataFrame, pd.Series]]


def as_is(x: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    return x, y


def peer(x: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    names = _categories(x)
    sampler = SMOTENC(names, random_state=0) if names else SMOTE(random_state=0)
    return sampler.fit_resample(x, y)


def ours(x: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        x.assign(label=y).to_csv(folder / "t.csv", index=False)
        recipe = {
            "version": 1,
            "dataset": {"path": "t.csv", "kind": "tabular", "label": "label", "missing": ["NA"]},
            "output": {"path": "out"},
            "balance": {"method": "smote", "target": "max"},
        }
        run(load_recipe(json.dumps(recipe), "r", folder), make_engine(1, 60), lambda *_: None)
        made = pd.read_csv(folder / "out/t.csv", keep_default_na=False)
    return made[x.columns], made["label"]


def _categories(x: pd.DataFrame) -> list[str]:
    return [name for name in x if not pd.api.types.is_numeric_dtype(x[name])]


def learners(x: pd.DataFrame) -> dict[str, object]:
    names = _categories(x)
    rest = [name for name in x if name not in names]
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), names),
        (StandardScaler(), rest),
    )
    return {
        "logistic": make_pipeline(columns, LogisticRegression(max_iter=1000)),
        "boosted trees": make_pipeline(columns, HistGradientBoostingClassifier(random_state=0)),
    }


def calibration_error(y: np.ndarray, share: np.ndarray) -> float:
    sure = np.maximum(share, 1 - share)
    right = (share >= 0.5) == y
    bins = np.minimum((sure * 15).astype(int), 14)
    return float(
        sum(
            abs(right[bins == b].mean() - sure[bins == b].mean()) * np.mean(bins == b)
            for b in np.unique(bins)
        )
    )


def scores(x: pd.DataFrame, y: pd.Series, sample: Sampler) -> Iterator[tuple[str, list[float]]]:
    groups = pd.util.hash_pandas_object(x, index=False)
    found: dict[str, list[list[float]]] = {}
    for train, test in StratifiedGroupKFold(5, shuffle=True, random_state=0).split(x, y, groups):
        more, labels = sample(
            x.iloc[train].reset_index(drop=True), y.iloc[train].reset_index(drop=True)
        )
        for name, learner in learners(x).items():
            share = learner.fit(more, labels).predict_proba(x.iloc[test])[:, 1]  # type: ignore[attr-defined]
            truth = y.iloc[test].to_numpy()
            recall = recall_score(truth, share >= 0.5)
            told = [roc_auc_score(truth, share), recall, calibration_error(truth == 1, share)]
            found.setdefault(name, []).append(told)
    for name, each in found.items():
        yield name, [*np.mean(each, axis=0), float(np.std([one[0] for one in each]))]


def main() -> None:
    warnings.simplefilter("ignore")
    print("| table | learner | balancing | AUC (± between folds) | recall, rare | ECE |")
    print("|---|---|---|---|---|---|")
    for table, rare in TABLES.items():
        data = pd.read_csv(Path(sys.argv[1]) / table, header=None, skipinitialspace=True)
        data.columns = [f"c{i}" for i in range(data.shape[1])]
        x, y = data.iloc[:, :-1], rare(data.iloc[:, -1]).astype(int)
        for name, sample in {"none": as_is, "imbalanced-learn": peer, "augcli": ours}.items():
            for learner, (auc, recall, ece, spread) in scores(x, y, sample):
                print(
                    f"| {table.removesuffix('.csv')} | {learner} | {name} "
                    f"| {auc:.4f} ± {spread:.4f} "
                    f"| {recall:.3f} | {ece:.4f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()

"""What learners make of one table, balanced in four ways: TABLE REPEATS METHOD; prints JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling import ADASYN, SMOTE, SMOTENC, SVMSMOTE, BorderlineSMOTE, KMeansSMOTE
from scipy.stats import t as student
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

FOLDS = 5
MOST_ROWS = 8000
RARE: dict[str, Callable[[pd.Series], pd.Series]] = {
    "mammography": lambda label: label == "'1'",
    "phoneme": lambda label: label == 1,
    "pima-indians-diabetes": lambda label: label == 1,
    "haberman": lambda label: label == 2,
    "abalone": lambda label: label >= 16,
    "adult-train": lambda label: label == ">50K",
}
PEERS: dict[str, Callable[..., Any]] = {
    "smote": SMOTE,
    "borderline_smote": BorderlineSMOTE,
    "svm_smote": SVMSMOTE,
    "kmeans_smote": KMeansSMOTE,
    "adasyn": ADASYN,
}
LEARNERS = ("logistic regression", "boosted trees")
BALANCINGS = ("none", "class weights", "imbalanced-learn", "augcli")
Rows = tuple[pd.DataFrame, pd.Series]


def main() -> None:
    warnings.simplefilter("ignore")
    path, repeats, method = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    x, y = table(path)
    scores: dict[str, dict[str, list[list[float]]]] = {
        learner: {balancing: [] for balancing in BALANCINGS} for learner in LEARNERS
    }
    groups = pd.util.hash_pandas_object(x, index=False)
    for repeat in range(repeats):
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=repeat)
        for train, test in folds.split(x, y, groups):
            own = x.iloc[train].reset_index(drop=True), y.iloc[train].reset_index(drop=True)
            made = peer(*own, repeat, method), ours(*own, repeat, method)
            balanced = dict(zip(("imbalanced-learn", "augcli"), made, strict=True))
            for learner in LEARNERS:
                for balancing, found in scores[learner].items():
                    model = model_of(learner, x, weighted=balancing == "class weights")
                    model.fit(*balanced.get(balancing, own))
                    share = model.predict_proba(x.iloc[test])[:, 1]
                    found.append(judged(y.iloc[test].to_numpy(), share))
    print(json.dumps({learner: told(found) for learner, found in scores.items()}))


def table(path: Path) -> Rows:
    data = pd.read_csv(path, header=None, skipinitialspace=True)
    if len(data) > 3 * MOST_ROWS:
        data = data.sample(MOST_ROWS, random_state=0).reset_index(drop=True)
    data.columns = [f"c{i}" for i in range(data.shape[1])]
    return data.iloc[:, :-1], RARE[path.stem](data.iloc[:, -1]).astype(int)


def peer(x: pd.DataFrame, y: pd.Series, seed: int, method: str) -> Rows:
    names = categories(x)
    sampler = SMOTENC(names, random_state=seed) if names else PEERS[method](random_state=seed)
    return sampler.fit_resample(x, y)


def ours(x: pd.DataFrame, y: pd.Series, seed: int, method: str) -> Rows:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        x.assign(label=y).to_csv(folder / "t.csv", index=False)
        recipe = {
            "version": 1,
            "seed": seed,
            "dataset": {"path": "t.csv", "kind": "tabular", "label": "label", "missing": ["NA"]},
            "output": {"path": "out"},
            "balance": {"method": method, "target": "max"},
        }
        run(load_recipe(json.dumps(recipe), "r", folder), make_engine(1, 60), lambda *_: None)
        made = pd.read_csv(folder / "out/t.csv", keep_default_na=False)
    return made[x.columns], made["label"]


def categories(x: pd.DataFrame) -> list[str]:
    return [name for name in x if not pd.api.types.is_numeric_dtype(x[name])]


def model_of(learner: str, x: pd.DataFrame, *, weighted: bool) -> Any:
    names = categories(x)
    rest = [name for name in x if name not in names]
    weight = "balanced" if weighted else None
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), names),
        (StandardScaler(), rest),
    )
    if learner == "logistic regression":
        return make_pipeline(columns, LogisticRegression(max_iter=1000, class_weight=weight))
    trees = HistGradientBoostingClassifier(random_state=0, class_weight=weight)
    return make_pipeline(columns, trees)


def judged(truth: np.ndarray, share: np.ndarray) -> list[float]:
    """Return AUC, recall of the rare class and of the others, and calibration error."""
    recalls = recall_score(truth, share >= 0.5, labels=[1, 0], average=None)
    return [roc_auc_score(truth, share), *map(float, recalls), calibration_error(truth == 1, share)]


def calibration_error(truth: np.ndarray, share: np.ndarray) -> float:
    """Return Σ_b |B_b| / N · |accuracy − confidence| of the top label, 15 bins of equal width."""
    sure = np.maximum(share, 1 - share)
    right = (share >= 0.5) == truth
    bins = np.minimum((sure * 15).astype(int), 14)
    return float(
        sum(
            abs(right[bins == b].mean() - sure[bins == b].mean()) * np.mean(bins == b)
            for b in np.unique(bins)
        )
    )


def told(found: dict[str, list[list[float]]]) -> dict[str, Any]:
    """Return cells for each balancing, and how ours differs from the peer's in AUC."""
    rows = [
        (name, [f"{mean:.3f} ± {std:.3f}" for mean, std in zip(*spread(each), strict=True)])
        for name, each in found.items()
    ]
    aucs = [np.array(found[name])[:, 0] for name in ("augcli", "imbalanced-learn")]
    difference, half = corrected(aucs[0] - aucs[1])
    return {"rows": rows, "difference": [difference, half], "no_worse": difference >= -half}


def spread(scores: list[list[float]]) -> tuple[Any, Any]:
    return np.mean(scores, axis=0), np.std(scores, axis=0)


def corrected(differences: np.ndarray) -> tuple[float, float]:
    """Return the mean and half of its 95 % interval (Nadeau & Bengio, Machine Learning 52)."""
    count = len(differences)
    variance = (1 / count + 1 / (FOLDS - 1)) * differences.var(ddof=1)
    return float(differences.mean()), float(student.ppf(0.975, count - 1) * np.sqrt(variance))


if __name__ == "__main__":
    main()

"""What balancing does to learners: as they are, with class weights, with the peer, with ours."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from benchmarks import environment
from benchmarks.measure import say
from benchmarks.results import TABLES, Section, Target

TITLE = "Effect on learners"
_LIMIT = 900
"""Seconds after which a table is given up."""
_NAMES = ("mammography", "phoneme", "pima-indians-diabetes", "abalone", "adult-train")
_TEXT = (
    "{repeats} × 5-fold cross-validation, stratified; equal rows are kept in one fold, and "
    "balancing (SMOTE; SMOTE-NC where there are categories) happens inside the training folds "
    "alone. Numbers are means over folds ± their standard deviation. AUC is the area under the ROC "
    "curve; recall is at 0.5, of the rare class and of the others; ECE the expected calibration "
    "error of the top label (15 bins). Abalone is ages from 16 on against the rest; of adult 8,000 "
    "rows are drawn. The difference between ours and imbalanced-learn's is given with its 95 % "
    "interval (corrected for overlapping folds, Nadeau & Bengio 2003); one of twenty such "
    "intervals lies beside the truth."
)


FAMILY = "The family of SMOTE beside imbalanced-learn's"
_FAMILY = ("smote", "borderline_smote", "svm_smote", "kmeans_smote", "adasyn")
_FAMILY_NAMES = ("haberman", "pima-indians-diabetes")
_FAMILY_TEXT = (
    "As above, with each method's defaults on both sides: {repeats} × 5 folds, balanced inside the "
    "training folds alone. AUC; the difference is ours less imbalanced-learn's, with its 95 % "
    "interval. Where an interval does not hold 0, that is told as no: one in twenty does not by "
    "chance."
)


def family(rounds: int, *, quick: bool) -> Section | str:
    """Compare each method of SMOTE's family with the peer's on tables of numbers."""
    data = environment.data("tabular")
    if data is None:
        return "no tables: set AUGMENT_BENCH_DATA to the folder that holds tabular"
    repeats = 1 if quick else min(rounds, 2)
    rows = [("table", "method", "learner", "none", "imbalanced-learn", "augcli", "difference", "0")]
    for name in _FAMILY_NAMES:
        for method in _FAMILY:
            for learner, told in _scores(str(data / f"{name}.csv"), repeats, method).items():
                auc = {balancing: cells[0] for balancing, cells in told["rows"]}
                difference, half = told["difference"]
                levels = auc["none"], auc["imbalanced-learn"], auc["augcli"]
                span = f"{difference:+.4f} ± {half:.4f}"
                within = "yes" if abs(difference) <= half else "**no**"
                rows.append((name, method, learner, *levels, span, within))
                say(f"  {' | '.join(rows[-1])}")
    return Section(FAMILY, _FAMILY_TEXT.format(repeats=repeats), rows, page=TABLES)


def quality(rounds: int, *, quick: bool) -> Section | str:
    """Compare what learners make of the tables; `rounds` is how often folds are drawn anew."""
    data = environment.data("tabular")
    if data is None:
        return "no tables: set AUGMENT_BENCH_DATA to the folder that holds tabular"
    repeats = 1 if quick else min(rounds, 2)
    rows, targets = [], []
    for name in _NAMES[1:3] if quick else _NAMES:
        say(f"  {name}")
        found = _scores(str(data / f"{name}.csv"), repeats, "smote")
        for learner, told in found.items():
            rows += [(name, learner, balancing, *cells) for balancing, cells in told["rows"]]
            difference, half = told["difference"]
            shown = f"AUC {difference:+.4f} ± {half:.4f}"
            wanted = "no worse than the peer"
            targets.append(Target(f"{name}, {learner}", wanted, shown, told["no_worse"]))
    text = _TEXT.format(repeats=repeats)
    head = ("table", "learner", "balancing", "AUC", "recall, rare", "recall, others", "ECE")
    return Section(TITLE, text, [head, *rows], targets, TABLES)


def _scores(table: str, repeats: int, method: str) -> Any:
    """Ask a process of its own, on one thread: learners that share CPUs wait for each other."""
    script = str(environment.HERE / "peers" / "quality.py")
    limits = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [environment.PYTHON, script, table, str(repeats), method]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, timeout=_LIMIT, env=os.environ | limits
    )
    return json.loads(done.stdout)

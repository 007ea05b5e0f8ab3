"""Exact and approximate neighbours of the same rows: ROWS COLUMNS FACTORS; prints JSON.

The rows depend on FACTORS hidden numbers, and a tenth of noise.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from augcli.nearest.approximate import nearest_nearby
from augcli.nearest.points import Points
from augcli.nearest.search import nearest

K = 6


def main() -> None:
    rows, columns, factors = map(int, sys.argv[1:])
    random = np.random.default_rng(0)
    ways = random.normal(size=(factors, columns)) / factors**0.5
    numbers = random.normal(size=(rows, factors)) @ ways
    numbers += 0.1 * random.normal(size=numbers.shape)
    points = Points(numbers, np.empty((rows, 0), np.int32))
    exact, exact_cost = timed(lambda: nearest(points, points, K))
    found, cost = timed(lambda: nearest_nearby(points, points, K))
    hits = (found.rows[:, None, :] == exact[:, 1:, None]).any(axis=2).mean()
    told = {"exact": exact_cost, "approximate": cost, "told": found.recall, "true": float(hits)}
    print(json.dumps(told))


def timed(work: Callable[[], Any]) -> tuple[Any, list[float]]:
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, [time.process_time() - cpu, time.perf_counter() - wall]


if __name__ == "__main__":
    main()

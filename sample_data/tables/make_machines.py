"""Writes machines.csv: an invented table of machine readings, of which few precede a failure.

python sample_data/tables/make_machines.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

ROWS = 1200


def main() -> None:
    """Write the table beside this file."""
    draws = np.random.default_rng(2024)
    hours = draws.integers(10, 9000, ROWS)
    load = draws.beta(2, 3, ROWS)
    heat = 35 + 40 * load + draws.normal(0, 4, ROWS)
    shake = np.exp(draws.normal(-1.5, 0.5, ROWS)) * (1 + hours / 9000)
    risk = 0.0004 * hours + 0.09 * (heat - 50) + 4 * (shake - 0.4) - 6.2
    failed = draws.random(ROWS) < 1 / (1 + np.exp(-risk))
    lines = ["machine,hours,load,temperature_c,vibration_mm_s,failed_next_week"]
    for row in range(ROWS):
        told = f"{hours[row]},{load[row]:.3f},{heat[row]:.1f},{shake[row]:.3f}"
        lines.append(f"M{row:04d},{told},{'yes' if failed[row] else 'no'}")
    Path(__file__).with_name("machines.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

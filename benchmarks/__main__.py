"""Run benchmarks and write what they found: `python -m benchmarks [part …] [--quick]`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from benchmarks import (
    balancing,
    environment,
    evaluated_effect,
    learned_effect,
    million,
    operations,
    pictures,
    races,
    results,
    rows,
    scale,
    series,
    series_effect,
    spread_effect,
    tables,
    tables_quality,
    text,
    text_effect,
    upkeep,
    verdicts_effect,
)
from benchmarks.measure import say
from benchmarks.results import Section

Part = Callable[..., "Section | str"]

PARTS: dict[str, tuple[str, Part]] = {
    "heavy": (pictures.HEAVY.title, partial(pictures.compare, pictures.HEAVY)),
    "light": (pictures.LIGHT.title, partial(pictures.compare, pictures.LIGHT)),
    "augmentor": (pictures.SIMPLE.title, partial(pictures.compare, pictures.SIMPLE)),
    **{name: (each.title, partial(races.race, each)) for name, each in races.RACES.items()},
    **{name: (each.title, partial(rows.race, each)) for name, each in rows.RACES.items()},
    "operations": (operations.TITLE, operations.table),
    "second": ("Second run", upkeep.second_run),
    "startup": ("Start-up", upkeep.startup),
    "memory": ("Memory of the coordinator", upkeep.memory),
    "tables": (tables.CSV, tables.csv_to_csv),
    "tables-million": (tables.MILLION, tables.million),
    "tables-sampling": (tables.SAMPLING, tables.sampling),
    "tables-methods": (balancing.TITLE, balancing.compare),
    "tables-methods-memory": (balancing.MEMORY, balancing.memory),
    "tables-memory": (tables.MEMORY, tables.memory),
    "tables-approximate": (tables.APPROXIMATE, tables.approximate),
    "tables-quality": (tables_quality.TITLE, tables_quality.quality),
    "tables-family": (tables_quality.FAMILY, tables_quality.family),
    "text": (text.SPEED, text.speed),
    "text-memory": (text.MEMORY, text.memory),
    "text-effect": (text_effect.TITLE, text_effect.effect),
    "learned-effect": (learned_effect.TITLE, learned_effect.effect),
    "learned-networks": (learned_effect.NETWORK_TITLE, learned_effect.networks),
    "learned-hundred": (learned_effect.HUNDRED_TITLE, learned_effect.hundred),
    "learned-spread": (spread_effect.TITLE, spread_effect.effect),
    **{
        f"effects-{kind}": (title, partial(evaluated_effect.effect, kind))
        for kind, title in evaluated_effect.TITLES.items()
    },
    "effects-leak": (evaluated_effect.LEAK, evaluated_effect.leak),
    "effects-verdicts": (verdicts_effect.TITLE, verdicts_effect.effect),
    "scale-places": (scale.PLACES, scale.places),
    "scale-ray": (scale.RAY, scale.ray),
    "scale-many": (scale.MANY, scale.many),
    "scale-rows": (scale.ROWS, scale.rows),
    "scale-million": (million.PICTURES, million.pictures),
    "scale-records": (million.RECORDS, million.records),
    "scale-cache": (scale.CACHE, scale.cache),
    "series": (series.COST, series.cost),
    "series-effect": (series_effect.TITLE, series_effect.effect),
}
"""Name → title of its section, and what measures it; returns a reason where it cannot."""


def main() -> None:
    """Measure the parts asked for, each written as soon as it is there."""
    options = _options()
    environment.prepare()
    order = [title for title, _ in PARTS.values()]
    for name in options.parts or PARTS:
        title, part = PARTS[name]
        say(f"{title}:")
        found = part(options.rounds, quick=options.quick)
        if isinstance(found, str):
            say(f"  skipped: {found}")
        elif options.quick:
            print(found.markdown())
        else:
            results.write(found, order)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all unless given")
    parser.add_argument("--rounds", type=int, default=5, help="how often each command is run")
    parser.add_argument(
        "--quick", action="store_true", help="a rough look: less data, printed, nothing written"
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    options.rounds = 2 if options.quick else options.rounds
    return options


if __name__ == "__main__":
    main()

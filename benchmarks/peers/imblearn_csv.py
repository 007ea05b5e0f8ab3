"""What one writes with pandas and imbalanced-learn: CSV in, balanced CSV out.

SOURCE TARGET SAMPLER HEADER PADDED; HEADER and PADDED (a space after each comma) are yes or no.
"""

from __future__ import annotations

import sys

import pandas as pd
from imblearn import combine, over_sampling


def main() -> None:
    source, target, sampler, header, padded = sys.argv[1:]
    table = pd.read_csv(
        source, header=0 if header == "yes" else None, skipinitialspace=padded == "yes"
    )
    table.columns = [str(name) for name in table.columns]
    x, y = table.iloc[:, :-1], table.iloc[:, -1]
    kinds = enumerate(x.dtypes)
    categories = [place for place, kind in kinds if not pd.api.types.is_numeric_dtype(kind)]
    make = getattr(over_sampling, sampler, None) or getattr(combine, sampler)
    x, y = (make(categories) if categories else make()).fit_resample(x, y)
    x.assign(label=y).to_csv(target, index=False)


if __name__ == "__main__":
    main()

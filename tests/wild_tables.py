"""Layouts of tables that hold other things than they seem to, with what `init` says of each."""

from __future__ import annotations

from wild import Layouts, curve, rows

_PARTS = ("train", "test")

TABLES: Layouts = {
    "words in some columns without names, and a number in the last one": (
        {
            "flows.txt": rows(
                lambda n: (f"{n * 37 % 41}", "ab"[n % 2], "uvw"[n % 3], f"{15 + n * n % 7}"), 40
            )
        },
        ("kind: tabular", "label: 3", "question: which column is the class? 1 or 2 may be"),
    ),
    "signals, and who each row is of in a short file": (
        {
            f"{part}/{name}_{part}.txt": rows(cells, 30)
            for part in _PARTS
            for name, cells in (
                ("acc/x", curve),
                ("acc/y", lambda n: curve(n + 40)),
                ("acc/z", lambda n: curve(n + 80)),
                ("subject", lambda n: (str(n // 5),)),
            )
        },
        ("kind: tabular", "question: unclear-format"),
    ),
    "words on tables, and the first rows once more": (
        {
            "bank.csv": rows(lambda n: (f"{n * 7 % 31}", f"{n}.5", "yn"[n % 2]), 9, "age,sum,y\n"),
            "bank-full.csv": rows(
                lambda n: (f"{n * 7 % 31}", f"{n}.5", "yn"[n % 2]), 90, "age,sum,y\n"
            ),
            "bank-names.txt": "1. Title: bank\n\n2. Sources\n   by some people, of some year\n",
        },
        (
            "found 90 rows",
            'exclude: ["bank-names.txt", "bank.csv"]    # no table; rows that bank-full.csv has',
        ),
    ),
    "series of unlike lengths, beside a table on them": (
        {
            f"{part}/Daily-{part}.csv": rows(
                lambda n: (f"D{n}", *curve(n)[: 38 - n % 4], *[""] * (2 + n % 4)),
                30,
                "V1," + ",".join(f"V{n + 2}" for n in range(40)) + "\n",
            )
            for part in _PARTS
        }
        | {"info.csv": rows(lambda n: (f"D{n}", "Micro", "14"), 30, "id,sort,horizon\n")},
        ("kind: timeseries", "layout: wide", "question: unclear-splits"),
    ),
    "sales of several shops, a row a day of each": (
        {
            "train.csv": rows(
                lambda n: (
                    f"2013-{1 + n % 56 // 28:02d}-{1 + n % 28:02d}",
                    *f"{n // 56}{n * 7 % 9}",
                ),
                224,
                "date,store,sales\n",
            )
        },
        ("kind: tabular", "question: other-kind: times in 'date' rise while 'store' stay"),
    ),
    "hours of a year, in columns of their own": (
        {
            "air.csv": rows(
                lambda n: (
                    "2010",
                    "1",
                    f"{1 + n // 24}",
                    f"{n % 24}",
                    "ab"[n % 2],
                    f"{n * 37 % 41}",
                ),
                240,
                "year,month,day,hour,wind,dust\n",
            )
        },
        (
            "kind: tabular",
            "question: other-kind: times in 'year', 'month', 'day', 'hour' rise even",
        ),
    ),
}

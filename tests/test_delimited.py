"""What stands between cells, and around them, is found out."""

from __future__ import annotations

import pytest

from augcli.errors import SettingError
from augcli.rows.delimited import sniff

ROWS = "".join(f"{i},{i * 7 % 5},x{i % 3};y,z\n" for i in range(40))


@pytest.mark.parametrize(
    ("head", "delimiter", "quote"),
    [
        ("a\tb\nc\td\n", "\t", '"'),
        ('x;"a, b"\ny;"c; ""d"""\n', ";", '"'),
        ("k;'a \"b\" ''c'''\nk;'d'\n", ";", "'"),
        ('spam\tsay "hi\nham\t"quoted" and more\n', "\t", ""),
        ("a,b,c\n1,2,3\n", ",", '"'),
        ("'tis\t1\n'twas here\t0\n", "\t", '"'),
        ("1,5;2,5\n3,5;4,25\n", ";", '"'),
        (ROWS, ",", '"'),
        ("1, 'a, b'\n2, 'c'\n", ",", "'"),
        ('id,text\n1,"two\nlines, and ""more"""\n2,"one"\n', ",", '"'),
        ("one column\n1\n2\n", ",", '"'),
        ("a text\nand, of course, another\na last one\n", "\t", '"'),
        ("", ",", '"'),
        ('5" pipe,1\n7" pipe,2\n', ",", ""),
        ('a,"b, c"\n' * 20 + 'd,"e" f\n', ",", '"'),
    ],
)
def test_found_out(head: str, delimiter: str, quote: str) -> None:
    found = sniff(head, None, None)
    assert (found.delimiter, found.quote) == (delimiter, quote)


def test_told() -> None:
    found = sniff("a,b\n", ":", "")
    assert (found.delimiter, found.quote) == (":", "")


def test_a_cell_beyond_all_bounds_ends_the_search() -> None:
    assert sniff('a,b\n"' + "x,\n" * 90_000, None, '"').delimiter == ","


@pytest.mark.parametrize(("delimiter", "quote"), [("\n", None), (None, "\r"), (",", ",")])
def test_what_cannot_be_told(delimiter: str | None, quote: str | None) -> None:
    with pytest.raises(SettingError):
        sniff("a,b\n", delimiter, quote)

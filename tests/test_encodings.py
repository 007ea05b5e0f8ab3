"""How text is written: found out or told, and kept."""

from __future__ import annotations

import pytest

from augcli.errors import SampleError
from augcli.rows.encodings import line_end_of, open_text

TEXT = "naïve café, thé\nvoilà"


@pytest.mark.parametrize(
    ("data", "told", "encoding"),
    [
        (TEXT.encode(), None, "utf-8"),
        (TEXT.encode("utf-8-sig"), None, "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig", "utf-8"),
        (TEXT.encode(), "utf-8-sig", "utf-8"),
        (TEXT.encode("cp1252"), None, "cp1252"),
        (TEXT.encode("cp1252") + b"\x81", None, "latin-1"),
        (TEXT.encode("utf-16-le"), None, "utf-16-le"),
        (TEXT.encode("utf-16-be"), None, "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16", "utf-16-le"),
        (("\ufeff" + TEXT).encode("utf-16-be"), "utf-16", "utf-16-be"),
        (("\ufeff" + TEXT).encode("utf-32-le"), None, "utf-32-le"),
        (TEXT.encode("gb18030"), "gb18030", "gb18030"),
        (b"caf\xe9", None, "cp1252"),
        (b"", None, "utf-8"),
    ],
)
def test_encodings(data: bytes, told: str | None, encoding: str) -> None:
    text = open_text("x", data, told)
    assert text.form.encoding == encoding
    assert text.content == data.decode(encoding).removeprefix("\ufeff")
    assert text.form.from_plain(bytes(text.data)) == data
    assert text.mark + text.encoded(text.content) == data


def test_a_mark_is_text_where_another_encoding_is_asked_for() -> None:
    body = open_text("x", b"\xef\xbb\xbfabc", "cp1252")
    assert (body.start, body.mark) == (0, b"")


@pytest.mark.parametrize(
    ("data", "told", "reason"),
    [
        (b"caf\xe9", "utf-8", "is not utf-8: byte 3, in line 1; say which it is"),
        (b"\xef\xbb\xbfab\nc\xe9d", None, "is not utf-8: byte 7, in line 2"),
        (b"a\rb\r\x81", "cp1252", "is not cp1252: byte 4, in line 3"),
        ("\ufeffa\nb".encode("utf-16-le") + b"\n", None, "is not utf-16-le: byte 8, in line 2"),
        (b"a" * (1 << 20) + b"\xc3", "utf-8", "is not utf-8: byte 1048576, in line 1"),
        (b"a" * ((1 << 20) - 1) + b"\xc3\xc3", "utf-8", "byte 1048575, in line 1"),
    ],
)
def test_what_is_not_in_its_encoding_is_located(data: bytes, told: str | None, reason: str) -> None:
    with pytest.raises(SampleError, match=f"^x .*{reason}"):
        open_text("x", data, told)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a\nb\r\n", "\n"),
        ("a\r\nb\n", "\r\n"),
        ("a\rb\r", "\r"),
        ('"a\nb"\rc\r', "\r"),
        ('"a\rb"\nc', "\n"),
        ("a\rb\nc", "\n"),
        ('"a\r\nb', "\r\n"),
        ("abc", "\n"),
    ],
)
def test_line_ends(text: str, end: str) -> None:
    assert line_end_of(text) == end
    assert open_text("x", text.encode("utf-16"), None).content == text


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_the_line_end_that_a_last_line_lacks(encoding: str, end: str) -> None:
    text = open_text("x", f"é{end}b".encode(encoding), None)
    assert text.form.ending(text.whole) == text.encoded(end)
    assert text.form.ending(text.whole + text.encoded(end)) == b""


def test_an_encoding_that_does_not_tell_where_it_fails() -> None:
    with pytest.raises(SampleError, match="x is not punycode"):
        open_text("x", b"a-b,c\n", "punycode")

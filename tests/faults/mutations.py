"""Damage to files, drawn from a number: what disks, networks, editors and enemies make of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random

Damage = Callable[[bytes, Random], bytes]

MARKS = [
    b'"',
    b"'",
    b"\n",
    b"\r",
    b"\0",
    b",",
    b"\t",
    b":",
    b"{",
    b"[" * 40,
    b"\xef\xbb\xbf",
    b"\xff\xfe",
]
MARKS += [
    b"nan",
    b"1e999",
    b"-",
    b"9" * 400,
    "ı\u2028\u202e".encode(),
    b"\xff",
    b"<!--",
    b"%",
    b"@data\n",
]
"""What means something to some format."""

LENGTHS = [0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


def flipped(data: bytes, random: Random) -> bytes:
    """Flip some bits."""
    changed = bytearray(data)
    for _ in range(random.choice([1, 1, 2, 8, 64])):
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def cut(data: bytes, random: Random) -> bytes:
    """Keep the beginning or the end."""
    at = random.randrange(len(data))
    return data[:at] if random.random() < 0.8 else data[at:]


def spliced(data: bytes, random: Random) -> bytes:
    """Take a run out, put a run in, or repeat one."""
    at = random.randrange(len(data))
    end = min(len(data), at + random.choice([1, 2, 7, 50, 500]))
    middle = random.choice([b"", data[at:end] * 3, random.randbytes(end - at)])
    return data[:at] + middle + data[end:]


def marked(data: bytes, random: Random) -> bytes:
    """Put in what means something."""
    at = random.randrange(len(data))
    skipped = random.choice([0, 1, 4])
    return data[:at] + random.choice(MARKS) + data[at + skipped :]


def swapped(data: bytes, random: Random) -> bytes:
    """Change two parts with each other."""
    at = random.randrange(len(data))
    return data[at:] + data[:at]


def measured(data: bytes, random: Random) -> bytes:
    """Write an extreme number where a length may be; heads have more of them."""
    width, form = random.choice([(2, "H"), (4, "I"), (8, "Q")])
    room = max(1, min(len(data) - width, random.choice([32, 128, len(data)])))
    at = random.randrange(room)
    number = random.choice(LENGTHS) & ((1 << 8 * width) - 1)
    return data[:at] + struct.pack(random.choice("<>") + form, number) + data[at + width :]


def emptied(data: bytes, random: Random) -> bytes:
    """Overwrite blocks with zeros, as a crash leaves them."""
    at = random.randrange(len(data))
    end = min(len(data), at + random.choice([1, 16, 512]))
    return data[:at] + bytes(end - at) + data[end:]


DAMAGES: list[Damage] = [flipped, cut, spliced, marked, swapped, measured, emptied]


def damaged(data: bytes, number: int) -> bytes:
    """Return damage number `number` of a file: the same for ever, and unlike the file."""
    random = Random(number)
    worse = DAMAGES[number % len(DAMAGES)](data, random)
    return worse if worse != data else data[:-1]

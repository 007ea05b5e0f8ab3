"""Addresses of what lies in an object store: `s3://bucket/key`, `gs://…`, `az://container/key`.

A path that went through pathlib has one slash where an address has two; both mean the same.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from msgspec import Struct

_ADDRESS = re.compile(r"(s3|gs|az):/+(.*)", re.DOTALL | re.IGNORECASE)
_ANY = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_USER = re.compile(r"\w+:/+[^/@]*:[^@]*@", re.DOTALL)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")


class Address(Struct, frozen=True):
    """A place in a bucket (Azure: a container); an empty key is all of it."""

    scheme: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.key}".rstrip("/")

    @property
    def name(self) -> str:
        """Return its last part."""
        return self.key.rpartition("/")[2] or self.bucket

    def kept(self, role: str) -> Path:
        """Return the path on this machine of what is kept of it in some role."""
        told = os.environ.get("XDG_CACHE_HOME")
        home = Path(told) if told else Path.home() / ".cache"
        digest = hashlib.sha256(str(self).encode()).hexdigest()[:16]
        return home / "augcli" / role / digest / self.name


def stand_ins(part: str = "") -> str:
    """Return the role of folders that stand in for outputs, or for those of a part of a run."""
    return f"outputs-{part}" if part else "outputs"


def address_of(path: str | Path) -> Address | None:
    """Return the address that a path is; None for any other path."""
    told = _ADDRESS.fullmatch(str(path))
    if told is None:
        return None
    bucket, _, key = told[2].partition("/")
    return Address(told[1].lower(), bucket, "/".join(filter(None, key.split("/"))))


def fault_in(path: str) -> str | None:
    """Return what is wrong with a path that is to be an address; None if nothing is."""
    address = address_of(path)
    if address is None:
        known = "must be a path, or an address that begins with s3://, gs:// or az://"
        return known if _ANY.match(path) else None
    if "@" in address.bucket or _USER.match(path):
        return (
            "must not hold credentials, which would be told to all who see it; put them into the "
            "environment or a profile"
        )
    if "?" in path or "#" in address.bucket:
        return "must be an address without '?': what opens a store belongs into the environment"
    if not _BUCKET.fullmatch(address.bucket):
        return (
            f"must name a bucket, as in {address.scheme}://bucket/folder; a name has 3 to 63 small "
            "letters, digits, dots or dashes"
        )
    if ".." in address.key.split("/") or "." in address.key.split("/"):
        return "must not lead through '..' or '.'"
    return None


def shown(path: Path) -> str:
    """Return a path as a person writes it: an address with both of its slashes."""
    return str(address_of(path) or path)

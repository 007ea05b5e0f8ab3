"""Containers of Azurite, the emulator of Azure's object store, where it is installed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from typing import Any

import pytest

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""What every Azurite has, and no other server."""
_VERSION = "2021-08-06"


@contextmanager
def azurite() -> Iterator[str]:
    """Have a server run that keeps all in memory, and give its URL."""
    command = shutil.which("azurite-blob")
    if command is None:
        pytest.skip("there is no azurite-blob: npm install azurite")
    words = ["--inMemoryPersistence", "--blobPort", "0", "--silent", "--disableTelemetry"]
    process = subprocess.Popen(
        [command, *words, "--skipApiVersionCheck"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        said = iter(process.stdout)
        yield next(url[1] for line in said if (url := re.search(r"listens on (http:\S+)", line)))
    finally:
        process.terminate()
        process.communicate()


def azure_container(url: str, name: str) -> Any:
    """Make a container on a server, and return the store of obstore's that opens it."""
    from obstore.store import AzureStore

    date = formatdate(usegmt=True)
    head = ["PUT", *[""] * 11, f"x-ms-date:{date}", f"x-ms-version:{_VERSION}"]
    signed = "\n".join([*head, f"/{ACCOUNT}/{ACCOUNT}/{name}", "restype:container"])
    digest = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
    told = {
        "x-ms-date": date,
        "x-ms-version": _VERSION,
        "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}",
    }
    place = f"{url}/{ACCOUNT}/{name}?restype=container"
    urllib.request.urlopen(urllib.request.Request(place, method="PUT", headers=told)).close()
    keys = {"account_name": ACCOUNT, "account_key": KEY, "endpoint": f"{url}/{ACCOUNT}"}
    return AzureStore(name, client_options={"allow_http": True}, **keys)

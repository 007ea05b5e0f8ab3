"""Buckets for tests: obstore's in memory, and those of moto's server, which may misbehave."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from augcli.addresses import Address
from augcli.store import copies
from augcli.store.objects import ObjectStore

PATIENCE = 0.2
"""Seconds after which a lease of the dead is taken over; who lives needs more on a busy machine."""


class Crash(BaseException):
    """What no code catches, as none can catch a kill."""


class Doomed(ObjectStore):
    """A store whose client dies at a change: before it is made, or before the answer comes."""

    def __init__(self, *args: Any, at: int = 0, answered: bool = False, **options: Any):
        super().__init__(*args, patience=3600, **options)  # no beats, which would be changes
        self._at, self._answered = at, answered
        self.changes = 0
        self._is_dead = False
        self._alone = threading.Lock()

    def _change(self, change: Callable[[], Any]) -> Any:
        with self._alone:
            if self._is_dead:
                raise Crash
            self.changes += 1
            self._is_dead = self.changes == self._at
            if self._is_dead and not self._answered:
                raise Crash
            told = change()
            if self._is_dead:
                raise Crash
            return told

    def write(self, *args: Any, **options: Any) -> str:
        told: str = self._change(lambda: ObjectStore.write(self, *args, **options))
        return told

    def remove(self, names: Iterable[str]) -> None:
        for name in list(names):
            self._change(lambda each=name: ObjectStore.remove(self, [each]))


class Hasty(ObjectStore):
    """A store whose run holds its own lease for long, and soon takes those of parts for lost."""

    def see_free(self, leases: Iterable[str]) -> None:
        """See that nobody has any of these leases."""
        ObjectStore(self.address, self.backend, patience=PATIENCE).see_free(leases)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """Return a bucket in memory, which all addresses of the test lead to."""
    store = pytest.importorskip("obstore.store", reason="needs augcli[cloud]")
    memory = store.MemoryStore()
    monkeypatch.setattr(copies, "backend_of", lambda _address: memory)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return memory


def at(backend: Any, address: str, patience: float = PATIENCE) -> ObjectStore:
    scheme, _, rest = address.partition("://")
    name, _, key = rest.partition("/")
    return ObjectStore(Address(scheme, name, key), backend, patience=patience)


def seen(store: ObjectStore) -> dict[str, str]:
    """Return what lies in an output, by hash; run.json and augment's own objects left out."""
    names = [each.name for each in store.scan()]
    return {
        name: hashlib.sha256(store.read(name)).hexdigest()
        for name in names
        if not name.startswith(".augment") and name != "run.json"
    }


class Server:
    """Moto's S3 server, whose answers to requests may be chosen."""

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import create_backend_app
        from werkzeug.serving import make_server

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._moto = create_backend_app("s3")
        self.trouble: Callable[[dict[str, Any]], str | None] = lambda _request: None
        """Says of a request: None, `lost` (done, not answered), or the status to answer with."""
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    def _answer(self, request: dict[str, Any], begin: Any) -> Any:
        trouble = self.trouble(request)
        if trouble == "lost":
            b"".join(self._moto(request, lambda *_told: lambda _data: None))
            trouble = "500 lost"
        elif trouble:
            request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0))
        if trouble:
            begin(trouble, [("Content-Length", "0")])
            return [b""]
        return self._moto(request, begin)

    @contextmanager
    def running(self) -> Iterator[Server]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def s3_bucket(server: Server, name: str) -> Any:
    """Make a bucket on a server, and return the store of obstore's that opens it."""
    from obstore.store import S3Store

    keys = {"access_key_id": "key", "secret_access_key": "secret", "region": "us-east-1"}
    options = {"allow_http": True}
    backend = S3Store(name, endpoint=server.url, client_options=options, **keys)
    import urllib.request

    request = urllib.request.Request(f"{server.url}/{name}", method="PUT")
    urllib.request.urlopen(request).close()
    return backend

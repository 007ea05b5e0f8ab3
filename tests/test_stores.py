"""What every store promises, in memory and on servers of S3's and Azure's kind."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from azurite import azure_container, azurite
from buckets import Crash, Doomed, Server, at, s3_bucket

from augcli.errors import LockedError, StorageError
from augcli.store.objects import INTENTS, LEASE, SHARDS, ObjectStore
from augcli.store.store import ABSENT, ConflictError, Publication

obstore_store = pytest.importorskip("obstore.store", reason="needs augcli[cloud]")
S3 = pytest.param("s3", marks=pytest.mark.cluster)
AZURE = pytest.param("azure", marks=pytest.mark.cluster)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    pytest.importorskip("moto", reason="needs moto[server]")
    with Server().running() as running:
        yield running


@pytest.fixture(scope="module")
def azure() -> Iterator[str]:
    with azurite() as url:
        yield url


@pytest.fixture(params=["memory", S3, AZURE])
def backend(request: pytest.FixtureRequest) -> Any:
    name = f"b{hashlib.sha256(request.node.name.encode()).hexdigest()[:20]}"
    match request.param:
        case "s3":
            return s3_bucket(request.getfixturevalue("server"), name)
        case "azure":
            return azure_container(request.getfixturevalue("azure"), name)
    return obstore_store.MemoryStore()


@pytest.fixture
def store(backend: Any) -> ObjectStore:
    return at(backend, "s3://bucket/some/where")


def batch(name: str, files: Mapping[str, bytes], **told: Any) -> Publication:
    hashes = {each: hashlib.sha256(data).hexdigest() for each, data in files.items()}
    empty = {"known": frozenset(), "stale": ()} | told
    return Publication(name, hashes, files.__getitem__, record=lambda m: str(m).encode(), **empty)


def names(store: ObjectStore) -> list[str]:
    return sorted(each.name for each in store.scan())


def test_what_is_written_is_read_scanned_and_looked_at(store: ObjectStore) -> None:
    mark = store.write("a/b ü#%+?.txt", b"one")
    found = store.look("a/b ü#%+?.txt")
    assert found and (found.size, found.mark) == (3, mark) and store.read(found.name) == b"one"
    assert list(store.scan()) == list(store.scan("a/")) == [found]
    assert store.look("a") is None and store.look("a/b") is None
    with pytest.raises(FileNotFoundError):
        store.read("nothing")
    store.remove(["a/b ü#%+?.txt", "nothing"])
    assert names(store) == []


def test_other_places_of_the_bucket_are_never_seen(backend: Any, store: ObjectStore) -> None:
    at(backend, "s3://bucket/some/where-else").write("x", b"1")
    at(backend, "s3://bucket/some").write("y", b"2")
    assert names(store) == []


def test_conditions_hold(store: ObjectStore) -> None:
    first = store.write("x", b"1", ABSENT)
    with pytest.raises(ConflictError):
        store.write("x", b"2", ABSENT)
    second = store.write("x", b"3", first)
    for over in (first, "another"):
        with pytest.raises(ConflictError):
            store.write("x", b"4", over)
    with pytest.raises(ConflictError):
        store.write("gone", b"5", second)
    assert store.read("x") == b"3"


def test_of_many_who_create_one_wins(store: ObjectStore) -> None:
    won: list[int] = []

    def create(number: int) -> None:
        try:
            store.write("x", b"%d" % number, ABSENT)
        except ConflictError:
            return
        won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(won) == 1 and store.read("x") == b"%d" % won[0]


def test_a_thousand_and_one_are_removed(store: ObjectStore) -> None:
    told = [f"{number:04d}" for number in range(1001)]
    for _ in store.pool.map(lambda name: store.write(name, b""), told):
        continue
    store.remove(told)
    assert names(store) == []


@pytest.mark.cluster
def test_what_is_not_removed_together_is_removed_one_by_one(server: Server) -> None:
    """Servers may refuse, or lose, some of many, and clients do not ask for these again."""
    store = at(s3_bucket(server, "one-by-one"), "s3://one-by-one/out")
    for name in "xyz":
        store.write(name, b"1")
    refused: list[str] = []

    def trouble(told: dict[str, Any]) -> str | None:
        refused.extend(["400 Bad"] if told["REQUEST_METHOD"] == "POST" else [])
        return refused[0] if len(refused) == 1 else None

    server.trouble = trouble
    store.remove(["x", "gone", "z"])
    server.trouble = lambda _request: None
    assert len(refused) == 4
    assert names(store) == ["y"]


def test_a_server_with_conditions_passes_the_probe(store: ObjectStore) -> None:
    store.probe()
    assert names(store) == []


def test_a_publication_is_whole_and_its_record_last(store: ObjectStore) -> None:
    store.write("old", b"old")
    marks = store.publish(batch("1-a", {"x": b"1", "y/z": b"2"}, stale=["old"]))
    assert store.read("x") == b"1" and store.read("y/z") == b"2" and store.look("old") is None
    assert store.read(f"{SHARDS}1-a.jsonl") == str(marks).encode()
    assert store.recover(lambda: ["x", "y/z"]) == [] and store.read("x") == b"1"


def test_what_records_know_is_written_over_and_nothing_else(store: ObjectStore) -> None:
    for name in ("x", "y"):
        store.write(name, b"theirs")
    with pytest.raises(StorageError, match="someone else"):
        store.publish(batch("1-a", {"x": b"1", "y": b"2"}, known=frozenset(["x"])))
    assert store.read("y") == b"theirs"
    assert store.look(f"{SHARDS}1-a.jsonl") is None


def test_equal_bytes_under_a_new_name_are_an_own_write_whose_answer_was_lost(
    store: ObjectStore,
) -> None:
    store.write("x", b"1")
    assert store.publish(batch("1-a", {"x": b"1"}))


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_a_stranger_keeps_his_objects_at_every_crash_point(answered: bool) -> None:
    """An intent names what may be given; only bytes tell what was."""
    files = {"x": b"1", "y": b"2", "z": b"3"}
    for point in range(1, 7):
        backend = obstore_store.MemoryStore()
        store = at(backend, "s3://bucket/out")
        store.write("y", b"theirs")
        store.write("recorded", b"kept")
        doomed = Doomed(store.address, backend, at=point, answered=answered)
        with pytest.raises((Crash, StorageError)):
            doomed.publish(batch("1-a", files | {"recorded": b"kept"}))
        store.recover(lambda: ["recorded"])
        assert names(store) == ["recorded", "y"] and store.read("y") == b"theirs"


def test_recovery_takes_back_what_has_no_record(backend: Any, store: ObjectStore) -> None:
    doomed = Doomed(store.address, backend, at=4)
    with pytest.raises(Crash):
        doomed.publish(batch("1-a", {"x": b"1", "y": b"2", "z": b"3"}))
    left = set(names(store))
    assert f"{INTENTS}1-a.json" in left and left & {"x", "y", "z"}
    assert set(store.recover(list)) == left & {"x", "y", "z"}
    assert names(store) == []


def test_an_intent_that_is_none_is_refused(store: ObjectStore) -> None:
    store.write(f"{INTENTS}1-a.json", b'["x"]')
    with pytest.raises(StorageError, match="not augment's"):
        store.recover(list)


def test_a_lease_that_is_renewed_holds_others_off(backend: Any, store: ObjectStore) -> None:
    with at(backend, "s3://bucket/some/where", patience=4).lease() as lease:
        with (
            pytest.raises(LockedError, match="another run"),
            at(backend, "s3://bucket/some/where", patience=30).lease(),
        ):
            pass
        lease.prove()
    assert names(store) == []


def test_a_lease_of_the_dead_is_taken_over(store: ObjectStore) -> None:
    store.write(LEASE, b"of-one-who-died 7")
    with store.lease() as lease:
        store.patience = 60  # a busy machine may look at its clock late
        lease.prove()
        assert not store.read(LEASE).startswith(b"of-one")


def test_a_lease_that_this_machine_let_go_is_taken_over_at_once(backend: Any) -> None:
    store = ObjectStore(at(backend, "s3://bucket/x").address, backend, patience=3600)
    store.write(LEASE, b"former 3")
    with store.lease(token="token", former="former") as lease:
        lease.prove()


def test_a_zombie_learns_that_it_was_taken_over(store: ObjectStore) -> None:
    with store.lease() as lease:
        store.write(LEASE, b"another 0")
        assert lease._lost.wait(60)
        with pytest.raises(LockedError, match="took it over"):
            lease.prove()
    assert store.read(LEASE) == b"another 0"

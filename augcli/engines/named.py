"""Engines by the names that a command is given: `local`, `ray`, `ray:ADDRESS`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from msgspec import Struct

from augcli.errors import EngineError, UsageError, did_you_mean

if TYPE_CHECKING:
    from augcli.engines import Engine
    from augcli.engines.fleet import Terms
    from augcli.engines.posts import Cluster
    from augcli.engines.site import Equipment

_NAMES = ("local", "ray")


class Choice(Struct, frozen=True):
    """Where work is to be done: here, or on the cluster at an address."""

    is_here: bool
    address: str | None = None
    jobs: int | None = None
    site_cpus: int | None = None


def chosen(name: str, jobs: int | None = None, site_cpus: int | None = None) -> Choice:
    """Return what a name means; UsageError if that is nothing, EngineError where Ray is missing."""
    engine, colon, address = name.partition(":")
    if engine not in _NAMES or (colon and not address) or (engine == "local" and colon):
        hint = did_you_mean(engine, _NAMES)
        raise UsageError(f"{name!r} is no engine; expected local, ray or ray:ADDRESS{hint}")
    if "://" in address:
        raise UsageError(f"{address} is no address of a cluster; expected HOST:PORT of its head")
    if engine == "local" and site_cpus:
        raise UsageError("--site-cpus is for --engine ray; -j says how many processes there are")
    if engine == "ray" and find_spec("ray") is None:
        raise EngineError("--engine ray needs Ray: pip install 'augcli[ray]'")
    return Choice(engine == "local", address or None, jobs, site_cpus)


def on_ray(
    choice: Choice, equipment: Equipment, terms: Terms, here: Engine, tell: Callable[[str], None]
) -> Engine:
    """Return an engine on a cluster, which is joined when there is work."""
    from augcli.engines.fleet import Fleet

    def joined() -> Cluster:
        from augcli.engines.on_ray import join

        return join(choice.address, choice.jobs, choice.site_cpus, equipment)

    return Fleet(joined, terms, here, tell)

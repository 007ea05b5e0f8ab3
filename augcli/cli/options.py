"""What several commands are told: a recipe and what changes it, an output, paths that can be."""

from __future__ import annotations

import errno
import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

import click

from augcli.addresses import address_of, fault_in
from augcli.errors import UsageError, did_you_mean

_LOOKED_AT = 1000
"""Names of a folder among which one is looked for that is meant."""


class PathType(click.Path):
    """A path that a file system can look up, whether something is there or not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fails for one that no file system takes."""
        if address_of(value):
            self.fail("an address in a store; a path on this machine is needed here", param, ctx)
        return self.found(value, param, ctx)

    def found(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a path of this machine."""
        try:
            Path(value or "\0").stat()  # the empty path means the working directory to some calls
        except ValueError:
            self.fail("a path has letters, and none is a zero byte", param, ctx)
        except OSError as error:
            if error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
                self.fail(f"{value[:40]!r}: {error.strerror}", param, ctx)
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            raise click.BadParameter(
                error.message.rstrip(".") + _near(Path(value)), ctx, param
            ) from None


def _near(path: Path) -> str:
    """Return which name beside a path that is not there may be meant."""
    if path.exists():
        return ""
    with suppress(OSError), os.scandir(path.parent) as beside:
        return did_you_mean(path.name, [each.name for each in islice(beside, _LOOKED_AT)])
    return ""


class PlaceType(PathType):
    """A path, or an address in a store, which is returned as it is."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fails for an address that cannot be one."""
        if fault := fault_in(str(value)):
            self.fail(f"it {fault}", param, ctx)
        return Path(value) if address_of(value) else self.found(value, param, ctx)


class CopiedType(PlaceType):
    """A path, or an address in a store: what is there is copied to this machine first."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, that of a copy for an address."""
        from augcli.store.places import at_hand

        place = super().convert(value, param, ctx)
        return at_hand(place, place)


class CopiedFileType(PlaceType):
    """A file of an output: from a store it is copied, with what tells of it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, that of a copy for an address."""
        from augcli.store.copies import fetched_file

        place = super().convert(value, param, ctx)
        return fetched_file(place) if address_of(place) else place


class RecipeType(PathType):
    """A file with a recipe, or - for stdin."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, allow_dash=True)

    def found(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fails for a dataset."""
        if os.path.isdir(value):  # noqa: PTH112 – no path at all is none
            hint = f"augment init {shlex.quote(value)} -o recipe.yaml"
            self.fail(f"{value!r} is a folder; a recipe for it comes of: {hint}", param, ctx)
        return super().found(value, param, ctx)


def recipe_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add RECIPE and the options that change it; the command gets the loaded `recipe`."""

    @click.argument("file", metavar="RECIPE", type=RecipeType())
    @recipe_options
    @wraps(command)
    def with_recipe(file: str, **options: Any) -> Any:
        return command(_loaded(file, options), **options)

    return with_recipe


def recipe_or_dataset(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the same, but without RECIPE the command gets what `init` writes for the dataset."""

    @click.argument("file", metavar="[RECIPE]", required=False, type=RecipeType())
    @recipe_options
    @wraps(command)
    def with_recipe(file: str | None, **options: Any) -> Any:
        recipe = _guessed(options) if file is None else _loaded(file, options)
        return command(recipe, **options)

    return with_recipe


def recipe_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that change a recipe."""
    add = (
        click.option("-i", "--input", "input", type=PlaceType(path_type=Path), help="Dataset."),
        click.option("--seed", type=click.IntRange(min=0), help="Instead of the recipe's."),
        click.option(
            "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a key."
        ),
    )
    for option in reversed(add):
        command = option(command)
    return command


_CHANGES = ("input", "output", "seed", "overrides", "max_failures")


def _loaded(file: str, options: dict[str, Any]) -> Any:
    """Return the recipe in a file, changed by options, which are taken out."""
    from augcli.api import load_recipe

    changes = {key: options.pop(key) for key in _CHANGES if key in options}
    recipe = load_recipe(file, **changes)
    if recipe.isa and file == "-":
        raise UsageError("a recipe with `isa` is read again: put it into a file, not on stdin")
    keep_to(recipe.isa)
    return recipe


_KEPT = "AUGMENT_ISA"
"""The variable of the environment that tells that this was done."""


def keep_to(isa: str | None) -> None:
    """Start this command again, if need be, so that libraries use no instructions beyond these."""
    if isa is None or os.environ.get(_KEPT) == isa:
        return
    from augcli.system.machine import pins

    told = os.environ | pins() | {_KEPT: isa}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], told)  # noqa: S606


def _guessed(options: dict[str, Any]) -> Any:
    """Return the recipe that `init` writes for the dataset of -i, changed by the other options."""
    from augcli.commands.init import guessed

    dataset = options.pop("input")
    if dataset is None:
        raise UsageError("give a RECIPE, or a dataset by -i DATASET")
    return guessed(dataset, options.pop("overrides"), options.pop("seed"))


def problems_as_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """Have a command with `--json` tell what is wrong with its recipe in JSON, too."""

    @wraps(command)
    def with_problems(**options: Any) -> Any:
        from augcli.commands.verdict import refused
        from augcli.errors import RecipeError
        from augcli.system.terminal import say

        try:
            return command(**options)
        except RecipeError as error:
            if not options["as_json"]:
                raise
            say(json.dumps(refused(error).plain()))
            return error.exit_code

    return with_problems


def output_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument OUTPUT, a folder that augment made."""
    place = CopiedType(exists=True, file_okay=False, path_type=Path)
    return click.argument("output", type=place)(command)


def jobs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -j, how many processes work."""
    return click.option(
        "-j", "--jobs", type=click.IntRange(min=1), envvar="AUGMENT_JOBS", help="Processes."
    )(command)


def input_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add -i, where the sources are now."""
    return click.option(
        "-i",
        "--input",
        "input_path",
        type=CopiedType(exists=True, path_type=Path),
        help="The dataset, if it moved.",
    )(command)


def plugin_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --plugin, files of steps of one's own, which are run before the command is."""

    @click.option(
        "--plugin",
        "plugins",
        multiple=True,
        type=PathType(path_type=Path),
        help="File of steps of your own; its code is run.",
    )
    @wraps(command)
    def with_plugins(plugins: Sequence[Path], **options: Any) -> Any:
        from augcli.steps.plugins import load

        for each in plugins:
            load(each)
        return command(**options)

    return with_plugins


output_option = click.option(
    "-o", "--output", "output", type=PlaceType(path_type=Path), help="Output folder."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print a machine-readable summary.")

"""The command `augment`: parse, call, print. Data to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from augcli import __version__
from augcli.cli.aids import AIDS
from augcli.cli.options import (
    CopiedFileType,
    PathType,
    PlaceType,
    as_json,
    input_option,
    jobs_option,
    keep_to,
    output_argument,
    output_option,
    plugin_option,
    problems_as_json,
    recipe_argument,
)
from augcli.cli.proofs import PROOFS
from augcli.errors import AugmentError, StoppedError, StorageError, UsageError
from augcli.plural import several
from augcli.system.start import (
    in_utf8,
    keep_freed_memory,
    leave,
    raise_open_files,
    rarely_collect,
    stop_collecting,
)
from augcli.system.terminal import open_streams, say, say_coloured, warn

BUG = 70
_INTERRUPTED = ["augment: interrupted"], 130


def main() -> None:
    """Run the command line and exit with what the contract says."""
    in_utf8()
    raise_open_files()
    rarely_collect()
    keep_freed_memory()
    # NumPy would start a thread for each CPU when imported: a sixth of what a short command costs.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Pydantic would look for plugins in all that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    stdout = open_streams()
    code = _exit_code()
    if stdout.trouble:
        warn(f"augment: cannot write to stdout: {stdout.trouble.strerror}")
        code = code or StorageError.exit_code
    leave(code)


def _exit_code() -> int:
    try:
        return int(augment.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except AugmentError as error:
        lines, code = error.lines, error.exit_code
    except (KeyboardInterrupt, click.Abort):
        lines, code = _INTERRUPTED
    except MemoryError:
        lines, code = ["augment: out of memory"], StorageError.exit_code
    except Exception as error:  # noqa: BLE001 – the outermost edge
        lines, code = _unexpected(error)
    warn(*lines)
    return code


def _show(error: click.ClickException) -> None:
    """Show how a command is used, and what was wrong."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.show(file=sys.stderr)
    if isinstance(error, click.UsageError) and error.ctx:
        usage, path = error.ctx.get_usage(), error.ctx.command_path
        warn(*usage.splitlines(), f"Try '{path} -h' for help.", "")
    return warn(f"Error: {error.format_message()}")


def _unexpected(error: Exception) -> tuple[Sequence[str], int]:
    """Return message and exit code: a bug ends here, with its traceback."""
    cause = error.__cause__  # pydantic wraps what a serializer raises
    if isinstance(cause, KeyboardInterrupt):
        return _INTERRUPTED
    if isinstance(cause, StoppedError):
        return [f"augment: {cause}"], cause.exit_code
    told = "".join(traceback.format_exception(error)).splitlines()
    return [*told, "augment: this is a bug; please report it with the lines above"], BUG


def _refuse_lost_folder() -> None:
    """Raise UsageError where the working directory was removed: no path leads from there."""
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError(f"the working directory cannot be used: {error.strerror}") from error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="augment")
@click.pass_context
def augment(context: click.Context) -> None:
    """Expand datasets by a recipe: reproducible, incremental, every output explained."""
    _refuse_lost_folder()
    if os.environ.get("NO_COLOR"):
        context.color = False


@augment.command()
@recipe_argument
@output_option
@jobs_option
@click.option(
    "--engine",
    "place",
    metavar="local|ray[:ADDRESS]",
    default="local",
    help="Where: on this machine, or on a cluster of Ray.",
)
@click.option("--site-cpus", type=click.IntRange(min=1), help="CPUs that Ray places together.")
@click.option("--force", is_flag=True, help="Learn and make all again; ask no program twice.")
@click.option("--verify", is_flag=True, help="Read all outputs, and make damaged ones again.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--part", metavar="I/N", help="Do one of N parts; a run without it merges them.")
@click.option(
    "--cache",
    type=PlaceType(path_type=Path, file_okay=False),
    envvar="AUGMENT_CACHE",
    metavar="DIR|URL",
    help="Folder or bucket of what was made before, which outputs share.",
)
@click.option("--cache-mode", type=click.Choice(["rw", "read"]), default="rw", help="Add to it?")
@click.option("--max-failures", metavar="N|P%", help="Inputs that may fail before exit code 3.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Show all notes and failures.")
@as_json
def run(  # noqa: PLR0913 – one per option
    recipe: Any,
    *,
    jobs: int | None,
    place: str,
    site_cpus: int | None,
    force: bool,
    verify: bool,
    dry_run: bool,
    part: str | None,
    cache: Path | None,
    cache_mode: str,
    quiet: bool,
    verbose: bool,
    as_json: bool,
) -> int:
    """Augment a dataset as RECIPE says (- for stdin)."""
    from augcli import api
    from augcli.commands import tell
    from augcli.commands.progress import progress_bar
    from augcli.commands.signals import Heeding

    if dry_run:
        return _plan(recipe, as_json=as_json, exit_code=False)
    stop_collecting()
    said = (lambda _line: None) if quiet else warn
    engine = Heeding(api.engine_named(recipe, place, jobs, site_cpus=site_cpus, tell=said))
    told: dict[str, Any] = {"force": force, "verify": verify, "engine": engine}
    told |= {"cache": cache, "cache_writes": cache_mode == "rw"}
    with engine, progress_bar(engine, show=not quiet and not as_json) as progress:
        if part:
            made = api.run_part(recipe, part, progress=progress, **told)
            tell.part(made, part, as_json=as_json, quiet=quiet)
            return 0
        summary = api.run(recipe, progress=progress, **told)
    tell.ended(summary, as_json=as_json, quiet=quiet, verbose=verbose)
    return summary.exit_code


@augment.command()
@recipe_argument
@output_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 if work remains.")
@as_json
def plan(recipe: Any, *, exit_code: bool, as_json: bool) -> int:
    """Say what `run` would do; nothing is written. Exits with 1 where it would refuse leaks."""
    return _plan(recipe, as_json=as_json, exit_code=exit_code)


def _plan(recipe: Any, *, as_json: bool, exit_code: bool) -> int:
    from augcli.api import plan
    from augcli.commands import tell

    expected = plan(recipe)
    if as_json:
        say(json.dumps(expected.plain()))
    else:
        tell.forecast(expected)
    return int(expected.is_refused or (exit_code and expected.work_remains))


def _explain_code(context: click.Context, _option: click.Parameter, code: str | None) -> None:
    from augcli.checks.findings import explained

    if code:
        say(*explained(code))
        context.exit()


@augment.command()
@problems_as_json
@recipe_argument
@output_option
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option(
    "--explain",
    metavar="CODE",
    is_eager=True,
    expose_value=False,
    callback=_explain_code,
    help="Say what a finding means and what to do; RECIPE is not needed.",
)
@as_json
def check(recipe: Any, *, strict: bool, as_json: bool) -> int:
    """Look for what is wrong with RECIPE and its dataset. One finding a line."""
    from augcli.commands.check import findings
    from augcli.commands.verdict import verdict

    found = []
    for each in findings(recipe):
        found.append(each)
        if not as_json:
            say_coloured(each, each.severity)
    told = verdict(found, strict=strict)
    if as_json:
        say(json.dumps(told.plain()))
    else:
        warn(told)
    return told.exit_code


@augment.command()
@output_argument
@input_option
@as_json
def verify(output: Path, *, input_path: Path | None, as_json: bool) -> int:
    """Compare every file of OUTPUT with the manifest. With -i the sources too."""
    from augcli.commands.verify import verify as verify_output

    count = 0
    found = []
    for finding in verify_output(output, input_path):
        count += 1
        found += [finding] if finding.trouble else []
        if finding.trouble and not as_json:
            say(f"{finding.trouble}: {finding.path}")
    if as_json:
        say(json.dumps({"files": count, "trouble": {f.path: f.trouble for f in found}}))
    else:
        warn(f"{several(count, 'file')} checked, {len(found)} wrong")
    return int(bool(found))


@augment.command()
@output_argument
@click.option("-o", "--output", "target", required=True, type=PathType(path_type=Path))
@input_option
@click.option("--only", metavar="GLOB", help="Only outputs whose names match.")
@plugin_option
def replay(output: Path, *, target: Path, input_path: Path | None, only: str | None) -> int:
    """Make outputs of OUTPUT again, bit for bit. Manifest and sources are enough."""
    from augcli.commands.replay import replay as replay_output
    from augcli.reports.run_json import recorded_isa, unlike_here
    from augcli.store.output import OutputFolder

    keep_to(recorded_isa(OutputFolder(output)))
    made = 0
    wrong = 0
    for name, trouble in replay_output(output, target, input_path, only):
        made += not trouble
        wrong += bool(trouble)
        if trouble:
            say(f"{name}: {trouble}")
    warn(f"{several(made, 'file')} made again in {target}, {wrong} could not be")
    if wrong:
        warn(*unlike_here(OutputFolder(output)))
    return int(wrong > 0)


@augment.command(context_settings={"ignore_unknown_options": True})  # -1 is no option
@click.argument("file", type=CopiedFileType(path_type=Path))
@click.argument("row", type=int, required=False)
@as_json
def explain(file: Path, *, row: int | None, as_json: bool) -> None:
    """Tell the story of one output FILE (or of one ROW of it)."""
    from augcli.commands.explain import record_of, story_of

    if as_json:
        say(json.dumps(record_of(file, row).plain()))
    else:
        say(*story_of(file, row))


@augment.command()
@output_argument
@click.option(
    "-o", "--output", "target", required=True, type=PathType(dir_okay=False, path_type=Path)
)
def report(output: Path, *, target: Path) -> None:
    """Write one HTML page about OUTPUT. Balance, gallery, parameters, failures."""
    from augcli.commands.page import page
    from augcli.commands.target import write_target
    from augcli.commands.verify import opened
    from augcli.reports.run_json import read_run, recorded_dataset

    html, folder = page(output), opened(output)
    write_target(target, html.encode(), recorded_dataset(folder, read_run(folder)))
    warn(f"wrote {target}")


for _command in (*AIDS, *PROOFS):
    augment.add_command(_command)

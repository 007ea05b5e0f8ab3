"""Commands before and after a run: starting a recipe, looking up what one may say, clearing up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from augcli.cli.options import (
    PathType,
    PlaceType,
    jobs_option,
    output_argument,
    plugin_option,
    recipe_or_dataset,
)
from augcli.plural import several
from augcli.system.terminal import say, say_text, warn

_KINDS = ("image", "tabular", "text", "timeseries")


@click.command()
@click.argument("dataset", type=PlaceType(exists=True, path_type=Path))
@click.option(
    "-o", "--output", "target", type=PathType(dir_okay=False, path_type=Path), help="File to write."
)
@click.option("--kind", type=click.Choice(_KINDS), help="What the samples are.")
@click.option("--label", metavar="COLUMN", help="Column of the class, in tables.")
@click.option(
    "--from",
    "pipeline",
    type=PathType(exists=True, dir_okay=False, path_type=Path),
    help="Pipeline of Albumentations, torchvision or Keras whose steps are taken.",
)
def init(
    dataset: Path,
    *,
    target: Path | None,
    kind: str | None,
    label: str | None,
    pipeline: Path | None,
) -> None:
    """Write a commented starter recipe for DATASET. What is in doubt, it asks."""
    from augcli.commands.init import starter
    from augcli.commands.pipelines import steps_from
    from augcli.commands.target import write_recipe
    from augcli.commands.tell import next_of_recipe

    folder = target.parent if target else Path.cwd()
    steps = steps_from(pipeline) if pipeline else None
    started = starter(dataset, folder, kind=kind, label=label, steps=steps)
    if target:
        write_recipe(target, started.text, dataset)
    else:
        say_text(started.text)
    next_of_recipe(target, started.questions)


@click.command()
@recipe_or_dataset
@click.option(
    "-o", "--output", "picture", required=True, type=PathType(dir_okay=False, path_type=Path)
)
@click.option("--sources", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option("--copies", type=click.IntRange(1, 20), default=4, show_default=True)
@click.option("--step", metavar="NAME", help="Show this step alone.")
@jobs_option
def preview(  # noqa: PLR0913 – one per option
    recipe: Any,
    *,
    picture: Path,
    sources: int,
    copies: int,
    step: str | None,
    jobs: int | None,
) -> None:
    """Draw originals beside augmented versions. A PNG, or a page (.html) to play with.

    Without RECIPE, `-i DATASET` shows what `init` would write; with `--step`, any one step.
    """
    from augcli.api import local_engine
    from augcli.commands.preview import processes_for, write_preview
    from augcli.commands.progress import progress_bar
    from augcli.commands.signals import Heeding

    engine = Heeding(local_engine(recipe, jobs or processes_for(sources)))
    asked: dict[str, Any] = {"sources": sources, "copies": copies, "step": step}
    with engine, progress_bar(engine, show=True) as progress:
        told = write_preview(recipe, picture, engine, progress=progress, **asked)
    warn(*told, f"wrote {picture}")


@click.command()
@click.argument("name", required=False)
@click.option("--preview", "dataset", type=PathType(exists=True, path_type=Path), metavar="DATASET")
@click.option(
    "-o", "--output", "picture", type=PathType(dir_okay=False, path_type=Path), help="Its picture."
)
@plugin_option
def transforms(name: str | None, *, dataset: Path | None, picture: Path | None) -> None:
    """List the transforms, or describe NAME. Its parameters, ranges, defaults, an example.

    With `--preview DATASET`, draw it along its ranges on some samples: NAME.html, or what -o names.
    """
    from augcli.commands.catalogue import describe, listing

    if name and dataset:
        from augcli.api import local_engine
        from augcli.commands.init import guessed
        from augcli.commands.preview import write_preview

        target = picture or Path(f"{name}.html")
        recipe = guessed(dataset, (), None)
        write_preview(recipe, target, local_engine(recipe), step=name)
        warn(f"wrote {target}")
    else:
        say_text(describe(name) if name else listing())


@click.command()
@click.option("--manifest", is_flag=True, help="Print that of a line of manifest.jsonl.")
@plugin_option
def schema(*, manifest: bool) -> None:
    """Print the JSON Schema of recipes, for editors. Or that of what a run tells of outputs."""
    from augcli.recipe.schema import recipe_schema
    from augcli.records.forms import manifest_schema

    say_text(json.dumps(manifest_schema() if manifest else recipe_schema(), indent=2))


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a shell's completion script. For eval "$(augment completion bash)"."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None
    say_text(script(context.find_root().command, {}, "augment", "_AUGMENT_COMPLETE").source())


@click.command("test-plugin")
@click.argument("file", type=PathType(path_type=Path))
def test_plugin(file: Path) -> int:
    """Try the steps and methods that FILE declares. Does each keep what all promise?"""
    from augcli.commands.plugin import tried, untried

    wrong = 0
    for name, found in tried(file):
        wrong += len(found)
        told = [f"{name}: {each.promise}: {each.told}" for each in found]
        say(*(told or [f"{name}: ok"]))
    for name in untried(file):
        warn(f"{name} takes partners, which only a run gives it: try it by `augment preview`")
    return int(bool(wrong))


@click.command()
@output_argument
@click.option("--croissant", is_flag=True, required=True, help="As Croissant metadata (JSON-LD).")
def export(output: Path, *, croissant: bool) -> None:
    """Print what OUTPUT is, for search engines, hubs and loaders."""
    from augcli.commands.croissant import croissant as told

    say_text(told(output))


@click.command()
@click.argument("output", type=PlaceType(exists=True, file_okay=False, path_type=Path))
def clean(output: Path) -> None:
    """Remove what augment made in OUTPUT, and nothing else."""
    from augcli.commands.clean import clean as clean_output

    left = clean_output(output)
    if left:
        warn(f"left {several(left, 'file')} that augment did not make")


AIDS = (init, preview, transforms, schema, completion, export, test_plugin, clean)

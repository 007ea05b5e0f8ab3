"""`augment learn`: what the steps of a recipe find out about its dataset, as a file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from augcli.commands.target import write_target
from augcli.engines import Engine
from augcli.errors import UsageError
from augcli.recipe import Recipe
from augcli.run import located, planned
from augcli.store.output import OutputFolder
from augcli.work.blocks import Blocks
from augcli.work.learning import Learned, School
from augcli.work.making import Progress
from augcli.work.study import Study


def learn(recipe: Recipe, engine: Engine, progress: Progress) -> Learned:
    """Return what the steps of a recipe learn; nothing of its output is touched."""
    if not recipe.learns:
        raise UsageError("no step of the recipe learns, or all are told what they are to know")
    dataset, _ = planned(recipe)
    with TemporaryDirectory(prefix="augment-") as place, located(recipe):
        room = OutputFolder(Path(place))
        room.claim()
        share = Blocks(engine.spread, room)
        return School(recipe, dataset, share, progress).taught(Study.model)


def write_model(learned: Learned, target: Path, dataset: Path) -> None:
    """Write the one thing that was learned; UsageError where there are several."""
    names, models = [*learned.models], [*learned.models.values()]
    if len(models) > 1:
        raise UsageError(f"several steps learn ({', '.join(names)}), and a file is of one")
    write_target(target, models[0].text().encode(), dataset)

"""Recipe + dataset → what is asked of each unit, decided before any pixel is read.

Where only who reads the files can count their samples, whole splits are asked for. Other counts
are those of the output split. `copies` applies first, then `balance` fills classes up to
their targets round robin over the sources, in an order drawn from their ids. Sources found to be
broken are left out of the round robin: what each healthy source gives then only grows, so that
topping up never takes back what was already made.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from msgspec import Struct, field

from augcli.balance.classes import check_steps, check_target, names_classes
from augcli.balance.rare import by_objects, check_balance, objects_of, repeats
from augcli.balance.targets import Group, counted, spread, targets
from augcli.dataset.splits import augmented, check_augmented
from augcli.dataset.units import Dataset
from augcli.errors import SampleError, SettingError
from augcli.kind import load_kind
from augcli.recipe import Recipe
from augcli.recipe.document import KeyPath
from augcli.requests.asked import Copies, PassThrough, Request, Splits
from augcli.requests.courses import Dealt, by_stage, dealt_out
from augcli.steps.partners import Partners, files_below
from augcli.task import Count, Plain
from augcli.transform import Transform, located


class Plan(Struct, frozen=True):
    """What is asked of each unit of a dataset."""

    dataset: Dataset
    requests: Sequence[Request]
    """By row; there are few different ones."""
    broken: frozenset[int]
    targets: dict[Group, int]
    emits_originals: bool
    stages: Sequence[str | None] = (None,)
    """Their names."""
    partners: Partners | None = None
    """Whom samples are mixed with, where a step does that."""
    short: Mapping[int, Short] = field(default_factory=dict)
    """By row, which copies steps are known to fail on."""
    places: Sequence[str] = ()
    """By row, what outputs are called after; none where that are the ids."""

    def dealt(self) -> list[Dealt]:
        """Return the copies of each class by stage."""
        every = enumerate(zip(self.dataset.groups, self.requests, strict=True))
        asked = (each for row, each in every if row not in self.broken)
        copies = ((group, each) for group, each in asked if isinstance(each, Copies))
        return by_stage(copies, self.stages)

    def counts(self, failed: Mapping[str, int] | None = None) -> list[Count]:
        """Return the classes of each split with their numbers before and after.

        `failed` has the ids of samples that failed though the plan counts on them, with how many
        files there are of each. Samples that only the work itself can count are not among them.
        """
        before: Counter[Group] = Counter()
        after: Counter[Group] = Counter()
        asked = {id(each): each for each in self.requests}
        for group, rows in self.dataset.rows_by_group().items():
            alike = Counter(map(id, map(self.requests.__getitem__, rows)))
            for request, count in alike.items():
                if not isinstance(asked[request], Splits):
                    before[group] += count
                    after[group] += count * self._given(asked[request])
        fewer = self._fewer(failed)
        for row in fewer.keys() - self.dataset.uncounted:
            group = self.dataset.group(row)
            before[group] -= row in self.broken
            after[group] += fewer[row] - self._given(self.requests[row])
        return counted(before, after, self.targets)

    def objects(self, failed: Mapping[str, int] | None = None) -> list[Count]:
        """Return the objects of each class in each split, before and at most after."""
        fewer = self._fewer(failed)

        def made(row: int) -> int:
            return fewer[row] if row in fewer else self._given(self.requests[row])

        return objects_of(self.dataset, made)

    def _fewer(self, failed: Mapping[str, int] | None) -> dict[int, int]:
        """Return how many files there are of samples that give fewer than they are asked for."""
        found = {self.dataset.row_of(each): count for each, count in (failed or {}).items()}
        told = {row: count for row, count in found.items() if row is not None}
        return {row: self.outputs(row) for row in self.short} | told | dict.fromkeys(self.broken, 0)

    def outputs(self, row: int) -> int:
        """Return how many files one sample gives, its original among them."""
        request, given = self.requests[row], self._given(self.requests[row])
        if row not in self.short or not isinstance(request, Copies):
            return given
        return given - lacking(self.short[row], request.counts) * request.group

    def _given(self, request: Request) -> int:
        """Return how many files a sample gives of which this is asked."""
        return request.count + self.emits_originals if isinstance(request, Copies) else 1


Short = Collection[tuple[int, int]]
"""Copies of a source that steps fail on: the number of the stage, and the copy's in that."""


def lacking(short: Short, counts: Sequence[int]) -> int:
    """Return how many of so many copies of each stage steps fail on."""
    return sum(copy < counts[stage] for stage, copy in short)


def make_plan(
    recipe: Recipe,
    dataset: Dataset,
    broken: Collection[int] = (),
    short: Mapping[int, Short] = MappingProxyType({}),
) -> Plan:
    """Return the plan; `broken` are the rows of sources that turned out unusable.

    A source that gives less than it is asked for, as steps fail on its copies, is not asked for
    more than `copies`.
    """
    if len(dataset.uncounted) < len(dataset):
        check_names(recipe, dataset)
    groups, asked = _groups(recipe, dataset), tuple(recipe.copies_by_stage)
    emits_originals = recipe.output.emits_originals
    per_source = sum(asked) * recipe.group + emits_originals
    counts = {group: len(rows) * per_source for group, rows in groups.items()}
    rarity = by_objects(recipe.balance)
    goals = targets(recipe.balance, counts) if rarity is None else {}
    requests: list[Request] = [PassThrough()] * len(dataset)
    for row in dataset.uncounted:
        requests[row] = _of_splits(recipe)
    usable = {group: _without(rows, broken) for group, rows in groups.items()}

    def extra(rows: Sequence[int], wanted: int) -> Iterable[tuple[int, int]]:
        """Return how many more copies each source gives."""
        if rarity is None:
            return spread(recipe.seed, rows, dataset.ids.__getitem__, wanted)
        return repeats(rarity, recipe.seed, dataset, rows, sum(asked) + emits_originals)

    usual = Copies(asked, recipe.group)
    for group, healthy in (usable if rarity is None else _by_split(usable)).items():
        fewer = sum(lacking(short[row], asked) for row in healthy if row in short) if short else 0
        wanted = (goals.get(group, 0) - len(healthy) * per_source) // recipe.group + fewer
        for row, copies in _asked_of(healthy, short, usual, partial(extra, wanted=wanted)):
            requests[row] = copies
    stages: list[str | None] = [*(stage.name for stage in recipe.stages)] or [None]
    partners = _partners(recipe, dataset, usable)
    told = partners, dict(short), _places(recipe, dataset)
    return Plan(dataset, requests, frozenset(broken), goals, emits_originals, stages, *told)


def _places(recipe: Recipe, dataset: Dataset) -> Sequence[str]:
    """Return what outputs are called after, where not after ids; SettingError for two alike."""
    places = recipe.output.places(recipe.dataset, dataset)
    owners: dict[str, str] = {}
    for own, place in zip(dataset.ids, places, strict=bool(places)):
        other = owners.setdefault(place, own)
        if other != own:
            text = f"{other} and {own} would both be written as {place}: rename one of them"
            raise SettingError(("output", "annotations"), text)
    return places


Extra = Callable[[Sequence[int]], Iterable[tuple[int, int]]]
"""Says of some sources how many more copies than `copies` each gives."""


def _asked_of(
    rows: Sequence[int], short: Mapping[int, Short], usual: Copies, extra: Extra
) -> Iterator[tuple[int, Copies]]:
    """Yield the copies that a source gives; no more than the usual ones if it falls short of some.

    What others give for it only grows, so that it is the same whatever is known first.
    """
    asked, size = usual.counts, usual.group
    out = {row for row in rows if lacking(short.get(row, ()), asked)} if short else set()
    givers = rows
    while short:
        givers = [row for row in rows if row not in out]
        every = dealt_out(extra(givers), asked, size)
        over = {row for row, each in every if lacking(short.get(row, ()), each.counts)}
        if not over:
            break
        out |= over
    yield from ((row, usual) for row in out)
    yield from dealt_out(extra(givers), asked, size)


def _partners(
    recipe: Recipe, dataset: Dataset, usable: Mapping[Group, Sequence[int]]
) -> Partners | None:
    """Return whom samples may be mixed with, where a step does that."""
    if not recipe.pools:
        return None
    return Partners(dataset, usable, recipe.pools, recipe.seed, dict(_folders(recipe, dataset)))


def _folders(recipe: Recipe, dataset: Dataset) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders that steps take partners from, with the files in each."""
    forms = load_kind(recipe.dataset.kind).formats.values()
    endings = tuple(ending for form in forms for ending in form.extensions)
    for here, step in (each for at, steps in recipe.listed for each in located(steps, at)):
        if step.mixes and step.pools and step.pool.endswith("/"):
            try:
                yield step.pool, files_below(dataset, step.pool, endings)
            except SampleError as error:
                raise SettingError((*here, "folder"), str(error)) from error


def _of_splits(recipe: Recipe) -> Splits:
    """Return what is asked of samples that nobody has counted yet, beside the stamp."""
    balance: Plain | None = None
    if recipe.balance is not None:
        told = recipe.balance.model_dump(mode="json", by_alias=True)
        balance = {**told, "revision": recipe.balance.revision}
    return Splits(
        recipe.copies,
        balance,
        list(recipe.dataset.augment),
        [[name, split] for name, split in recipe.dataset.splits.items()],
        recipe.dataset.leaks,
    )


def _groups(recipe: Recipe, dataset: Dataset) -> dict[Group, Sequence[int]]:
    """Return the rows of the classes of augmented splits."""
    ours = augmented(recipe.dataset.augment, dataset.splits)
    found = {group: rows for group, rows in dataset.rows_by_group().items() if group[0] in ours}
    samples = ((group, _without(rows, dataset.uncounted)) for group, rows in found.items())
    return {group: rows for group, rows in samples if rows}


def _without(rows: Sequence[int], others: Collection[int]) -> Sequence[int]:
    """Return rows without others, which mostly are few or none."""
    return array("q", (row for row in rows if row not in others)) if others else rows


def _by_split(groups: Mapping[Group, Sequence[int]]) -> dict[Group, list[int]]:
    """Return the rows of whole splits, whatever class they are of."""
    whole: dict[Group, list[int]] = defaultdict(list)
    for (split, _), rows in groups.items():
        whole[split, None] = sorted([*whole[split, None], *rows])
    return whole


def _check_fit(recipe: Recipe, path: KeyPath, steps: Sequence[Transform]) -> None:
    """Raise SettingError for a step that no sample of the dataset can have."""
    for here, step in located(steps, path):
        if reason := step.unfit(recipe.dataset):
            raise SettingError(here, reason)


def _check_splits(augment: Sequence[str], dataset: Dataset) -> None:
    """Raise SettingError for a split that is not there, or of which nothing can be used."""
    failed = {sample.split: (sample.id, why) for sample, why in reversed(dataset.rejected)}
    check_augmented(augment, [*dataset.splits, *failed], dataset.lacking)
    for name in augment:
        lost = augmented([name], failed)
        if lost and not augmented([name], dataset.splits):
            first, why = failed[min(lost)]
            text = f"nothing of the split {name!r} can be used; {first}: {why}"
            raise SettingError(("dataset", "path"), text)


def check_names(recipe: Recipe, dataset: Dataset) -> None:
    """Raise SettingError for a split or class that the dataset does not have."""
    _check_splits(recipe.dataset.augment, dataset)
    check_balance(recipe.balance, dataset)
    if recipe.output.asks_classes and not dataset.numbered:
        text = "the dataset tells of no boxes, outlines or points that could be written so"
        hint = "datasets of coco, csv (of boxes), metadata, voc and yolo do"
        raise SettingError(("output", "annotations"), f"{text}; {hint}")
    for path, steps in recipe.listed:
        _check_fit(recipe, path, steps)
        if names_classes(steps):
            check_steps(steps, dataset.classes, path, dataset.nameless)
    if recipe.balance and recipe.balance.named_classes:
        check_target(recipe.balance, dataset.classes)

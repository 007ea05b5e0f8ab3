"""The files of an output that list it as the dataset's own did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import starmap
from pathlib import Path

from augcli.disk.inside import parts_of
from augcli.errors import StorageError
from augcli.rows.tables import ASIDES
from augcli.store.output import OutputFolder
from augcli.store.untouched import entry_of, sha256_below
from augcli.task import Plain


def told_by_run(output: OutputFolder) -> dict[str, str]:
    """Return name → SHA-256 of the files that run.json tells of; none where it is damaged."""
    try:
        told = json.loads(output.folder.read(output.run.name))["summary"]["files"]
        return {name: each for name, each in told.items() if isinstance(each, str)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


class Index:
    """What is known of the files of an output that list it, or may become such."""

    def __init__(self, output: OutputFolder):
        self._output = output
        self._path = output.own / "index.json"
        self._seal = output.own / "index.key"

    def kept(self, key: str) -> list[Path] | None:
        """Return where the files are if they were written for this key, and are as they were."""
        output, seal = self._output, self._output.name(self._seal)
        if not output.has(self._seal) or output.folder.read(seal) != key.encode():
            return None
        known = self._claimed()
        if known is None or any(sha256_below(output.folder, each) != known[each] for each in known):
            return None
        return [output.path / name for name in known]

    def seal(self, key: str) -> None:
        """Remember what the files were written for."""
        with self._output.replacing(self._seal, if_changed=True) as file:
            file.write(key)

    def replace(self, files: Mapping[str, Iterable[str]]) -> list[Path]:
        """Write files, each of these lines, and remove those of other names.

        Returns where they are. Raises StorageError if a name is taken by a file that is not ours.
        """
        output, before = self._output, self.files()
        for name in files.keys() - before:
            if output.folder.stat(name) is not None:
                text = "a file that augment did not make is in the way"
                raise StorageError(f"{text}: {output.path / name}")
        wanted: dict[str, str | None] = dict.fromkeys(files)
        self._claim(wanted | before)
        for name, lines in files.items():
            output.folder.make_around(name)
            with output.replacing(output.path / name, if_changed=True) as file:
                file.writelines(lines)
            wanted[name] = sha256_below(output.folder, name)
        stale = (each for each in self.entries() if each["record"]["output"] not in wanted)
        output.take_back(stale, output.folder)
        self._claim(wanted)
        return [output.path / each for each in wanted]

    def files(self) -> dict[str, str | None]:
        """Return name → SHA-256 of them; None where it was never written to its end.

        Where what tells of them is lost or damaged, they are those that the last run told of and
        that are as they were.
        """
        known = self._claimed()
        return dict(self._of_run()) if known is None else known

    def _claimed(self) -> dict[str, str | None] | None:
        if not self._output.has(self._path):
            return None
        try:
            return self._output.told(self._path)
        except ValueError:
            return None

    def _of_run(self) -> Iterator[tuple[str, str]]:
        output = self._output
        shards = output.staged.shelf.hashes() if output.staged else {}
        others = {output.manifest.name, output.failures.name, *ASIDES, *shards}
        told = told_by_run(output)
        for name in told.keys() - others:
            parts_of(name, output.path)
            if sha256_below(output.folder, name) == told[name]:
                yield name, told[name]

    def entries(self) -> Iterator[Plain]:
        """Yield these files as records do; one over which a run died is ours as it is."""
        return starmap(partial(entry_of, self._output.folder), self.files().items())

    def _claim(self, names: dict[str, str | None]) -> None:
        with self._output.replacing(self._path, if_changed=True) as file:
            json.dump(names, file)

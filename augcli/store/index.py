"""The files of an output that list it as the dataset's own did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import starmap
from pathlib import Path

from augcli.errors import StorageError
from augcli.store.output import OutputFolder, entry_of, sha256_below
from augcli.task import Plain


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
        known = self.files()
        same = all(sha256_below(output.folder, name) == known[name] for name in known)
        return [output.path / name for name in known] if same else None

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
        """Return name → SHA-256 of them; None where it was never written to its end."""
        if not self._output.has(self._path):
            return {}
        try:
            return self._output.told(self._path)
        except ValueError:
            text = f"{self._path}: damaged; remove the output folder and run again"
            raise StorageError(text) from None

    def entries(self) -> Iterator[Plain]:
        """Yield these files as records do; one over which a run died is ours as it is."""
        return starmap(partial(entry_of, self._output.folder), self.files().items())

    def _claim(self, names: dict[str, str | None]) -> None:
        with self._output.replacing(self._path, if_changed=True) as file:
            json.dump(names, file)

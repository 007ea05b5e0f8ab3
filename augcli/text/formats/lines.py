"""One text a line."""

from __future__ import annotations

from collections.abc import Sequence

from augcli.encodings import open_text
from augcli.task import Source
from augcli.text.config import TextDatasetSettings
from augcli.text.formats.base import LinedFile, Row
from augcli.text.words import Span


class LinesFile(LinedFile):
    """A file of lines, all of one class."""

    def __init__(self, source: Source, settings: TextDatasetSettings, label: str | None = None):
        super().__init__(source.name, open_text(source.name, source.data, settings.encoding))
        self.label = label
        self._find_lines()

    def _find_lines(self) -> None:
        data, start = self.body.data, self.body.start
        while start < len(data):
            end = data.find(b"\n", start) + 1 or len(data)
            if data[start:end].strip():
                self.starts.append(start)
                self.ends.append(end)
            start = end

    def row(self, index: int) -> Row:
        """Return a line."""
        return Row(self.raw(index), self.label)

    def written(self, index: int, text: str, spans: Sequence[Span]) -> str | None:
        """Return the text itself, if it is one line."""
        return None if self.line_end[-1] in text or text.endswith(("\n", "\r")) else text

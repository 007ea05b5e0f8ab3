"""Make the English table of synonyms from a WordNet folder (Debian: package wordnet-base).

    python -m augcli.text.language.make_lexicon /usr/share/wordnet

The same folder gives the same bytes.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from augcli.text.language.lexicon import TABLE
from augcli.text.language.wndb import FILES, table_lines


def main(folder: Path) -> None:
    """Write the table."""
    files = {name: (folder / name).read_text("utf-8") for name in FILES if (folder / name).exists()}
    notice = (TABLE.parent / "LICENSE.wordnet").read_text("utf-8")
    lines = [*(f"# {line}".rstrip() for line in notice.splitlines()), *table_lines(files)]
    TABLE.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    print(f"{TABLE}: {len(lines)} lines, {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

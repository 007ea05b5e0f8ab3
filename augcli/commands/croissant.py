"""What an output is, told for others: Croissant metadata (MLCommons, version 1.0), as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from glob import escape
from pathlib import Path, PurePosixPath

from augcli import __version__
from augcli.commands.verify import files_of, opened
from augcli.records.provenance import TableRecord
from augcli.reports.run_json import read_run
from augcli.store.manifest import read_manifest
from augcli.store.output import OutputFolder
from augcli.task import Plain

_TERMS = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject"),
    *("fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField"),
    *("path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)
_CONTEXT: Plain = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS},
}
"""The one that the format's definition gives."""
_FIELDS = {
    "output": ("sc:Text", "path of the file"),
    "sha256": ("sc:Text", "hash of the file"),
    "source": ("sc:Text", "path of the file that it was made of, in the dataset"),
    "split": ("sc:Text", "split; the augmented ones are named in run.json"),
    "label": ("sc:Text", "class, or shares of classes"),
    "copy": ("sc:Integer", "number of the copy; empty for an original"),
}
_MEDIA = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".parquet": "application/vnd.apache.parquet",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".wav": "audio/wav",
    ".tar": "application/x-tar",
    ".md": "text/markdown",
}
_NUMBERS = {"integer": "sc:Integer", "decimals": "sc:Float", "number": "sc:Float"}
_CONTENT = {"image": "sc:ImageObject", "text": "sc:Text"}
"""What a file of one sample holds, by kind."""


def croissant(path: Path) -> str:
    """Return the metadata of an output folder; it belongs beside the folder's files."""
    output = opened(path)
    told = read_run(output)
    kind = told["recipe"]["dataset"]["kind"]
    tables, suffixes = _seen(output)
    place = PurePosixPath(output.files.path.relative_to(output.path).as_posix())
    sets = [] if output.staged else [_file_set(suffix) for suffix in suffixes]
    content = [_content(kind, each["@id"]) for each in sets if kind in _CONTENT]
    published = {"datePublished": told["finished"]} if told.get("finished") else {}
    metadata = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": output.path.resolve().name,
        "description": f"Made by augment {__version__} with the recipe in run.json.",
        "version": "1.0.0",
        **published,
        "distribution": [
            *_files(files_of(output), PurePosixPath()),
            *_files(dict(map(_named, tables)), place),
            *sets,
        ],
        "recordSet": [_records(), *content, *map(_rows, tables)],
    }
    return json.dumps(metadata, indent=2)


def _seen(output: OutputFolder) -> tuple[list[TableRecord], list[str]]:
    """Return the tables, and the suffixes of files that are one sample each."""
    tables: list[TableRecord] = []
    suffixes = set()
    for record in read_manifest(output.manifest):
        if isinstance(record, TableRecord):
            tables.append(record)
        elif record.new_rows is None:
            suffixes.add(PurePosixPath(record.output).suffix)
    return tables, sorted(suffixes)


def _named(record: TableRecord) -> tuple[str, str]:
    return record.output, record.sha256


def _files(hashes: Mapping[str, str], place: PurePosixPath) -> Iterator[Plain]:
    """Yield what is said of files in a folder, from name → hash."""
    for name, sha256 in hashes.items():
        yield {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": str(place / name),
            "encodingFormat": _media(name),
            "sha256": sha256,
        }


def _media(name: str) -> str:
    return _MEDIA.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def _file_set(suffix: str) -> Plain:
    name = f"files{suffix}"
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "encodingFormat": _media(name),
        "includes": f"**/*{escape(suffix)}",
    }


def _records() -> Plain:
    """Return what is said of the manifest's lines."""
    fields = (
        _column("manifest.jsonl", name, data_type) | {"description": text}
        for name, (data_type, text) in _FIELDS.items()
    )
    return _record_set("manifest", fields)


def _rows(record: TableRecord) -> Plain:
    """Return what is said of a table's rows."""
    fields = (
        _column(record.output, told["name"], _NUMBERS.get(told["kind"], "sc:Text"))
        for told in record.columns
    )
    return _record_set(f"rows_{record.output}", fields)


def _column(file: str, name: str, data_type: str) -> Plain:
    source = {"fileObject": {"@id": file}, "extract": {"column": name}}
    return _field(f"{file}/{name}", name, data_type, source)


def _field(id_: str, name: str, data_type: str, source: Plain) -> Plain:
    told = {"@type": "cr:Field", "@id": id_, "name": name}
    return told | {"dataType": data_type, "source": source}


def _record_set(name: str, fields: Iterable[Plain]) -> Plain:
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": list(fields)}


def _content(kind: str, files: str) -> Plain:
    """Return what is said of files that are a sample each."""
    told = (("path", "sc:Text", "fullpath"), ("content", _CONTENT[kind], "content"))
    fields = (
        _field(
            f"{files}/{name}",
            name,
            data_type,
            {"fileSet": {"@id": files}, "extract": {"fileProperty": what}},
        )
        for name, data_type, what in told
    )
    return _record_set(f"samples_{files}", fields)

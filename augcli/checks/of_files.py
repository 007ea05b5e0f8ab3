"""Findings on files and on where these lie."""

from __future__ import annotations

from augcli.errors import Finding

OF_FILES = (
    Finding(
        "sample",
        "A sample cannot be used",
        "Damaged, cut off, empty or too large. It is listed in failures.jsonl, and its class is "
        "topped up from others.",
        "Mend or remove the file, or allow some: `max_failures: 1%` makes so many a warning.",
    ),
    Finding(
        "orientation",
        "Pictures have a tag that says how to turn them, and not all programs heed it",
        "Copies are stored upright; pictures that pass through keep the tag. A loader that does "
        "not heed it sees one lying and the other standing.",
        "Let the loader heed it (Pillow's `ImageOps.exif_transpose`), turn the files beforehand, "
        "or say `originals: reencode`.",
    ),
    Finding(
        "remark",
        "Something to know of a file or table",
        "The message says what was found out when it was read.",
        "The message names the key, where one settles it.",
    ),
    Finding(
        "unreadable",
        "Pictures are in a format that is not read",
        "They are left out, and their classes are smaller than they look.",
        "Convert them to JPEG or PNG first.",
    ),
    Finding(
        "left-out",
        "Files are of no kind that is taken",
        "They are left out of the output, too.",
        "Nothing if they are not samples; else `dataset.format` or another ending.",
    ),
    Finding(
        "nothing-taken",
        "A folder gives no samples",
        "A class or split that a person sees in the folder is not in the output.",
        "Convert its files, or remove the folder.",
    ),
    Finding(
        "linked-folder",
        "A linked folder is not entered",
        "What lies behind it is left out.",
        "Say `links: {follow: [FOLDER]}` under `dataset`.",
    ),
    Finding(
        "of-systems",
        "Files of systems and tools were passed by",
        "Thumbnails and their like are no samples.",
        "Nothing.",
    ),
    Finding(
        "by-content",
        "Files were taken for pictures by their content",
        "Their names have no or an unknown ending, and loaders that go by names skip them.",
        "Rename them; their copies have the right ending.",
    ),
    Finding(
        "annotations",
        "Labels beside the pictures do not follow them",
        "Copies are without masks, boxes or points.",
        "Name the format of the annotations under `dataset`.",
    ),
    Finding(
        "labels",
        "Something is odd about the labels of a picture",
        "A box without area, outside of the picture or of a class that is none: it is cut or left "
        "out, and the others stay.",
        "Correct it in the file and at the place that the message names.",
    ),
    Finding(
        "background",
        "Pictures have no file of labels",
        "They are taken for pictures without objects. If there are objects, a model learns not to "
        "find them.",
        "Nothing if they are background; else label them, or leave them out by `exclude`.",
    ),
    Finding(
        "not-told",
        "Pictures are in no file of annotations",
        "They are left out: nothing tells whether they have objects.",
        "Add them to the file, or correct the names there.",
    ),
    Finding(
        "no-picture",
        "Labels are of pictures that are not there",
        "They are left out, as there is nothing that they could follow.",
        "Bring the pictures back, or give labels and pictures the same names.",
    ),
    Finding(
        "no-split",
        "Pictures are in none of the lists of splits",
        "They are left out.",
        "Add them to a list, or say `dataset.splits` to go by folders instead.",
    ),
    Finding(
        "oriented-boxes",
        "Rows of labels can be read in two ways",
        "Nine numbers are an oriented box, or an outline of four points.",
        "Say `task: obb` or `task: segment` in data.yaml.",
    ),
    Finding(
        "repeated",
        "A table lists a file more than once",
        "It is taken once; copies decide how often a sample occurs.",
        "Nothing, or remove the rows.",
    ),
    Finding(
        "container",
        "Files change their format",
        "Their own cannot be written, so copies get another ending.",
        "Name one by `output.image.format`.",
    ),
    Finding(
        "passed-by",
        "Usual loaders of class folders pass some files by",
        "They take files by their endings and say nothing of others: a class may be smaller than "
        "it looks, or gone.",
        "Name a format that they read by `output.image.format`, such as png, or have your loader "
        "take these endings.",
    ),
    Finding(
        "renamed",
        "A folder is written under another name",
        "Its own is not valid everywhere, or is the twin of another.",
        "Rename the class in the dataset.",
    ),
    Finding(
        "disk-space",
        "The output may not fit on its disk",
        "A run that finds the disk full ends with exit code 4; it can be resumed.",
        "Free some space, name another `output.path`, or ask for fewer copies.",
    ),
    Finding(
        "double-opencv",
        "Several wheels of OpenCV lie over each other",
        "Which one is imported is a matter of luck.",
        "Uninstall all but one.",
    ),
)

"""Which steps there are is known to their own classes alone."""

import ast
import re
from pathlib import Path

import pytest

import augcli
from augcli.transform import REGISTRY

CODE = Path(augcli.__file__).parent
FRAME = sorted(
    path
    for path in CODE.rglob("*.py")
    if not {"transforms", "methods"} & {*path.relative_to(CODE).parts}
    and not path.stem.startswith(("starter", "config"))
)


def compared(tree):
    """Yield the texts that something is compared with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for side in ast.walk(node):
                if isinstance(side, ast.Constant) and isinstance(side.value, str):
                    yield side.value


def names_of_steps():
    return {name for _, name in REGISTRY}


def test_nothing_is_decided_by_the_name_of_a_step():
    names = names_of_steps()
    naming = re.compile(f'"(?:{"|".join(names)})"')
    texts = {path: text for path in FRAME if naming.search(text := path.read_text())}
    assert texts
    found = [
        (str(path.relative_to(CODE)), name)
        for path, text in texts.items()
        for name in compared(ast.parse(text))
        if name in names
    ]
    assert found == []


@pytest.mark.parametrize("text", ["step.name != 'eda'", "x in ('mixup', 'other')"])
def test_a_name_is_noticed(text):
    assert set(compared(ast.parse(text))) & names_of_steps()

"""Recipe text → `Recipe`: frozen, complete, every error located and all of them at once.

`yaml_text` turns text into a `document`: plain data that knows where each value was written.
`overrides` changes it from the command line, `reader` turns it into a `model`, `wording` says what
is wrong in plain words, `schema` tells editors what a recipe may say.
"""

from augcli.recipe.model import Recipe, load_recipe, read_recipe

__all__ = ["Recipe", "load_recipe", "read_recipe"]

"""Recipe text → `Recipe`: frozen, complete, every error located and all of them at once.

`yaml_text` turns text into a `document`: plain data that knows where each value was written.
`overrides` changes it from the command line, `reader` turns it into a `model`, `contradictions`
looks at all of it together, `loading` does one after the other; `wording` says what is wrong in
plain words, `schema` tells editors what a recipe may say.
"""

from augcli.recipe.loading import load_recipe, read_recipe
from augcli.recipe.model import Recipe

__all__ = ["Recipe", "load_recipe", "read_recipe"]

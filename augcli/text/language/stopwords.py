"""English words that are never replaced, and what may stand after those of grammar."""

from __future__ import annotations

NEVER = frozenset(
    """
    let act arse ass bastard bitch black boob bugger cock cocksucker cunt damn darky dyke fag faggot
    fuck gook hooker jap jew kike negro nigger nigga paki piss prick pussy queer screw sexed shag
    shit slut spic tit twat wench whore whoreson wog wop
    make take set run put give turn
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    thousand million billion first second third fourth fifth
    """.split()
)
"""Never replaced, never put in: slurs, numbers, and words whose synonyms are hardly ever meant."""

_NEGATED = "do does did ca wo would could should might must need".split()
BEFORE_VERB = frozenset(
    [
        *"to will would shall should can could may might must cannot".split(),
        *(f"{verb}{gap}n{mark}t" for verb in _NEGATED for gap in ("", " ") for mark in "'’"),
    ]
)
AFTER_NO_VERB = frozenset(
    """
    a an the this that these those my your his her its our their some any each every no of in on
    at for with by from into about
    """.split()
)

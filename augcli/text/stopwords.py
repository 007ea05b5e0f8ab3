"""English words that carry grammar and not meaning, and what may stand after them."""

from __future__ import annotations

STOP_WORDS = frozenset(
    """
    a an the this that these those some any each every either neither both all such same other
    another own few many much more most less least several enough
    i me my mine myself you your yours yourself yourselves he him his himself she her hers herself
    it its itself we us our ours ourselves they them their theirs themselves one ones oneself
    who whom whose which what whoever whatever someone somebody something anyone anybody anything
    everyone everybody everything nobody nothing none
    am is are was were be been being do does did doing done have has had having will would shall
    should can could may might must ought need dare used let get gets got getting go goes going gone
    and or but nor so yet for if unless although though because since while whereas whether than
    as like about above across after against along among around at before behind below beneath
    beside besides between beyond by despite down during except from in inside into near of off on
    onto out outside over past per through throughout till to toward towards under until up upon
    via with within without
    not no never here there where when why how then now just only even also too very quite rather
    again ever once else ago away back still already almost always often sometimes perhaps maybe
    yes ok okay please thanks thank oh well mr mrs ms dr sir
    s t d m re ve ll ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan
    shouldn wasn weren won wouldn n't n’t 's 're 've 'll 'd 'm ’s ’re ’ve ’ll ’d ’m cannot gonna
    gotta wanna lets let's i'm i've i'd i'll
    """.split()
)

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

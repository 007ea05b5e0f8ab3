"""Which language texts are in: that whose commonest small words they have most of.

It is a vote, not a detector: it knows the languages that English words stray into, as their letters
are the same, and says nothing where texts are short of small words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from operator import itemgetter

ENGLISH = "English"

_SMALL = {
    ENGLISH: "the and of to a is that it with for as was on are this but have not you be at by "
    "from or an they which we he she his her i my so all no do if what can will there",
    "German": "der die das und ist nicht ein eine einen dem den des zu mit auf für von sich auch "
    "es wir ich sie er war sind aber wie als bei oder nach hat noch nur wenn sehr im am "
    "zum zur",
    "French": "le la les et est pas un une des du que qui dans pour sur avec ne ce cette il elle "
    "je nous vous sont mais plus par au aux on se sa son tout très être fait",
    "Spanish": "el la los las y es no un una de que en por con para se su lo como más pero muy al "
    "del este esta son fue ha todo yo me te si porque cuando hay",
    "Italian": "il la le gli e è non un una di che in per con si del della dei delle sono ma come "
    "più anche questo questa al alla nel nella ho ha molto io mi lo era",
    "Portuguese": "o a os as e é não um uma de que em para com se do da dos das no na por mais mas "
    "como muito foi ao são este esta eu ele ela isso seu sua também",
    "Dutch": "de het een en is niet van in te dat die voor met op zijn aan er maar om ook als "
    "bij naar dit was heeft ik je wij ze hij nog wel uit door over",
    "Swedish": "och att det är en ett som på av för med inte den till de har jag han hon var men "
    "om så vi kan ska från eller mycket när nu bara också",
    "Danish": "og at det er en et som på af for med ikke den til de har jeg han hun var men om så "
    "vi kan skal fra eller meget når nu kun også der",
    "Polish": "i w nie na się że to z do jest jak ale o po co tak za od czy był jego przez dla "
    "tylko są już być bardzo ma może który która",
    "Czech": "a v se na je že to s do i o ale jak jsem za by po co si tak od jako pro byl jeho "
    "jen už být velmi který která nebo jsou není",
    "Turkish": "ve bir bu da de için çok ile ne o gibi daha ama en var kadar sonra ben olarak "
    "değil mi ki her olan yok şey bana",
    "Indonesian": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena "
    "ada bisa mereka kami kita adalah sudah atau oleh sangat",
    "Finnish": "ja on ei se että oli hän en mutta niin kun kuin joka tai ovat olen myös hyvin vain "
    "ole sen siitä mitä",
    "Hungarian": "a az és nem hogy is egy ez van de meg csak volt mint már ki még el nagyon mert "
    "vagy ha így ezt azt",
    "Romanian": "și în nu a la cu pe este un o din care că mai se de pentru sunt dar ce am fost "
    "foarte sau ca al ale",
}
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST = 30
"""Words that there must be to say anything."""
_DIFFERENT = 5
"""Small words of a language that there must be; one that comes again and again is a name."""
_SHARE = 0.12
"""Of the words, that are small words of a language that texts are in."""
_AHEAD = 1.8
"""Times the share of English that another language must have."""


@cache
def _votes() -> dict[str, list[str]]:
    """Return the languages that have each small word."""
    votes: dict[str, list[str]] = {}
    for language, words in _SMALL.items():
        for word in dict.fromkeys(words.split()):
            votes.setdefault(word, []).append(language)
    return votes


def language_of(texts: Iterable[str]) -> str | None:
    """Return the language that texts are in, None where that is not clear."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(_WORD.findall(text.lower()))
    votes, different = Counter[str](), Counter[str]()
    for word, times in found.items():
        for language in _votes().get(word, ()):
            votes[language] += times
            different[language] += 1
    language, most = max(votes.items(), key=itemgetter(1), default=("", 0))
    least = max(_SHARE * found.total(), 0 if language == ENGLISH else _AHEAD * votes[ENGLISH])
    clear = found.total() >= _FEWEST and different[language] >= _DIFFERENT and most >= least
    return language if clear else None

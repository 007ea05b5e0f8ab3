"""What turns a sentence's meaning around, by language: such words are never deleted unasked.

A recipe adds its own by `dataset.negations`.
"""

from __future__ import annotations

import re

NEGATIONS_OF = {
    "English": "not no never none nobody nothing neither nor nowhere without hardly scarcely "
    "barely rarely seldom cannot n't n’t cant wont dont isnt",
    "German": "nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne weder",
    "French": "ne pas jamais rien aucun aucune sans ni non",
    "Spanish": "no ningún ninguna ninguno nunca nada nadie sin tampoco ni jamás",
    "Portuguese": "não nem nunca nada ninguém sem nenhum nenhuma jamais",
    "Italian": "non nessun nessuno nessuna mai niente nulla senza né",
    "Dutch": "geen niet nooit niets niemand zonder",
    "Swedish": "inte ej icke aldrig ingen inget inga utan",
    "Danish": "ikke aldrig ingen intet uden ej",
    "Polish": "nie nigdy nikt nic bez żaden żadna żadne ani",
    "Czech": "ne není nejsou nikdy nikdo nic bez žádný žádná žádné ani",
    "Turkish": "değil yok hiç hiçbir asla",
    "Indonesian": "tidak tak bukan belum jangan tanpa tiada tidaklah bukanlah nggak gak ga",
    "Finnish": "ei emme ette eivät älä koskaan ilman",
    "Hungarian": "nem nincs sem soha nélkül",
    "Romanian": "nu fără niciodată nimic nimeni niciun nicio nici",
    "Russian": "не нет ни никогда без нельзя никто ничего",
    "Ukrainian": "не ні нема немає ніколи без ніхто нічого",
    "Greek": "δεν δε μην μη όχι ποτέ κανείς κανένας καμία κανένα τίποτα χωρίς ούτε",
    "Hebrew": "לא אל אין אינו אינה אינם אינני בלי ללא מעולם אף שום",
    "Arabic": "لا لم لن ليس ليست غير ما بدون",
    "Persian": "نه نیست نیستند هیچ بدون هرگز",
    "Hindi": "नहीं न मत ना बिना कभी",
    "Korean": "안 못 않 없 아니",
    "Chinese": "不 没 沒 無 无 未 非 别 別 勿 莫 毋",
    "Japanese": "ぬ 不 無 未 非",
}
"""Language → words, or characters where words are read by character."""

NEGATIONS = frozenset(" ".join(NEGATIONS_OF.values()).split())

NEGATING = re.compile(
    r"ไม่|ບໍ່|មិន|ない|なか|なく|ません|\bn ['’]t\b|[가-힣]*(?:않|없|아니|못하|말아|지 마)[가-힣]*"
)
"""Negations of several characters where words are read by character, or grow at their ends."""


def negates(word: str, more: frozenset[str] = frozenset()) -> bool:
    """Return whether a word turns a meaning around; `more` are a recipe's own."""
    lower = word.lower()
    return lower in NEGATIONS or lower in more or lower.endswith(("n't", "n’t"))

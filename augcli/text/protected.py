"""What stands for something else in texts, and is never touched, as patterns."""

from __future__ import annotations

SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese characters, as the inside of a set."""


def _within_braces(depth: int) -> str:
    inner = rf"|\{{{_within_braces(depth - 1)}\}}" if depth else ""
    return rf"(?:[^{{}}]++{inner})*+"


_DIGITS = "\\d²³¹⁰⁴-⁹₀-₉¼-¾⅐-↉"
"""Raised and lowered ones and parts of one, too, as the inside of a set."""
_LETTERS = rf"[^\W{_DIGITS}{SPACELESS}]"
_NUMBER = rf"{_LETTERS}*+[{_DIGITS}][^\W{SPACELESS}]*+"

# Each begins only where a run of what it begins with does, and has few of such runs in front: what
# comes to nothing would be read again from each of its characters on.
_SEGMENT = r'[^\s\\/:*?"<>|]'
_ENDINGS = (
    "pdf|docx?|xlsx?|pptx?|odt|ods|rtf|txt|md|rst|tex|epub|csv|tsv|jsonl?|ya?ml|toml|xml|html?|css|"
    "jsx?|tsx?|py|ipynb|java|cpp|hpp|cs|rb|php|sh|ps1|bat|cmd|exe|dll|sql|db|ini|cfg|conf|env|log|"
    "zip|tar|gz|bz2|xz|7z|rar|apk|iso|deb|rpm|png|jpe?g|gif|svg|bmp|tiff?|webp|heic|mp[34]|wav|"
    "flac|ogg|avi|mov|mkv|parquet|np[yz]|h5|pkl|onnx|bak|tmp"
)
"""Of files, by which their names are known; those that are English words are left out."""

_ROLES = "system|user|assistant|tool|developer|function|model|human|ipython"
"""Whose turn it is, right behind a mark of prompts."""

PROTECTED = (
    r"(?<![a-zA-Z])(?:[a-zA-Z][a-zA-Z0-9+.-]{1,20}://|(?:mailto|tel|sms|urn|doi|arXiv):|www\.)"
    rf"[^\s<>{SPACELESS}\u3000-\u303f\uff00-\uffef]*(?<=[\w/])",
    r"(?<![\w+@-])(?<!\w\.)@?\w[\w.+-]*+(?:@| ?[\[({](?i:at)[\])}] ?)[\w-]++"
    r"(?:(?:\.| ?[\[({](?i:dot)[\])}] ?)[\w-]++)*+(?::[~/\w][\w./~-]*(?<=\w))?",
    rf"(?:(?<![^\W_])[A-Za-z]:[\\/]++|(?<![\w\\])\\\\(?=\w))"
    rf"(?:{_SEGMENT}++(?: {_SEGMENT}++){{0,3}}+[\\/]++)*+{_SEGMENT}*(?<=[\w\\/])",
    r"(?<![\w./\\~-])(?:(?:~|\.\.?)/|/[\w.+@-]++/)[\w./+@-]*(?<=[\w/])",
    r"(?<![\w./\\%+-])(?:[\w.%+-]++[/\\]++)*+"
    rf"(?:[\w%+-][\w.%+-]*\.(?i:{_ENDINGS})|[^\W_]*+_\w*+\.[a-zA-Z]\w{{0,9}})(?!\w)",
    r"(?<![a-zA-Z0-9-])(?:[a-zA-Z0-9-]++\.){1,12}"
    r"(?:(?:com|org|net|edu|gov|info|io|de|fr|uk|at|ch|eu|cn|co|tv)\b(?:/\S*\w)?"
    r"|[a-z]{2,6}/[^\s<>()]*\w)",
    rf"(?<!\w){_LETTERS}(?:(?:\.[ \u00a0\u202f]?{_LETTERS}(?=\.))++\.|(?:\.{_LETTERS})++(?!\w))",
    rf"(?:<[|｜][^<>\n]{{1,80}}[|｜]>(?:(?:{_ROLES})(?!\w)|\w++(?=\s*(?:\n|\Z)|<[|｜]))?)++"
    r"|<start_of_turn>\w*+|<<[^<>\n]{1,80}+>>",
    r"<[a-zA-Z/!#@][^<>]*+>|<(?P<mark>[%?])[^<>]{0,200}(?P=mark)>|(?<!\w)__\w{1,40}(?<=__)[\w-]*+",
    r"(?<!\w)(?P<at>[@%#$])(?P=at)\w{1,40}?(?P=at){2}",
    r"(?<![\w%])%[a-zA-Z_]\w{0,40}+%(?!\w)|\$?\[\[[^\[\]\n]{1,80}+\]\]"
    r"|\[%[^\[\]\n]{0,80}+(?<=%)\]|\*\|[^|\n]{1,80}+\|\*",
    r"&lt;[a-zA-Z/!][^&<>\n]{0,200}+&gt;",
    r"(?<![\w/])(?:[a-zA-Z]/[a-zA-Z]|[ru]/\w{2,40}+)(?![\w/])|&#?\w++;",
    r"\{\s?\w{1,40}\s?,\s?(?:plural|select(?:ordinal)?|number|date|time)\b"
    rf"{_within_braces(4)}\}}",
    r"[$#%@!]?(?:\{{2,5}+[^{}]{0,400}+\}{2,5}|\{(?:[^{}\s]*+|[^{}\n]{0,80}+)\})"
    r"|\{%[^{}%\n]{0,80}%\}",
    r"\$\$[^$\n]{1,200}+\$\$|\$(?=\S)[^$\n]{1,200}+(?<=\S)\$(?!\w)",
    r"\$(?:[A-Za-z_]\w*+)?\([^()\n]{1,80}+\)|\$[A-Za-z_]\w*+",
    r"%(?:\(\w{1,40}\))?(?:\d\$)?[-+0#]{0,4}\d{0,3}(?:\.\d{1,3})?l{0,2}[sdifgxrcu](?!\w)",
    r"\\[a-zA-Z]\w*+\*?(?:\{[^{}\n]{0,80}+\}|\[[^\[\]\n]{0,80}+\])*+",
    r"\\\([^\n]{1,200}?\\\)|\\\[[^\n]{1,200}?\\\]",
    r"!?\[[^\[\]\n]{1,200}\]"
    r"(?:\([^()\s]{1,2000}(?: +\"[^\"\n]{0,200}\")?\)|\[[^\[\]\n]{0,200}\])"
    r"|\[[/^]?\w[\w-]{0,39}\]|\[\w{1,20}=[^\[\]\n]{1,400}\]",
    r"(?<![\w:]):[a-z][a-z0-9_+-]{1,30}:(?!\w)",
    r"(?<!`)(?P<tick>`{1,3})(?!`)(?:(?!'')[^\n]){1,400}?(?<!`)(?P=tick)(?!`)",
    r"[@#＠＃][\w%s]++[#＃]?",
    r"(?<![^\W_])[vV]?\d++(?:\.\d++)*+(?:\.[xX*](?!\w)|(?<=\.\d)[-+][a-zA-Z]\w*+(?:\.\d\w*+)++)",
    rf"(?:[$€£¥+-]|(?<![^\W{SPACELESS}]))(?:{_LETTERS}++[-'’]){{0,8}}{_NUMBER}"
    rf"(?:[.,:/'’-]{_NUMBER})*(?:[-'’]{_LETTERS}++(?!\d))*%?",
)
"""URLs, e-mail addresses, paths, names of files, domains, initials, `w/o`, tags, entities, place
holders, links and code of Markdown, names of emoji, mentions, versions, numbers; `%s` in a set
stands for combining marks. Of prompts: marks of turns, with whose these are."""

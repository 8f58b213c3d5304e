"""Texts as LINE counts them: in UTF-16 units, and labels in what people see as one character."""

import unicodedata

UNITS_A_MESSAGE = 5000
_ZERO_WIDTH_JOINER = "\u200d"


def units(text: str) -> int:
    """The length in UTF-16 code units, in which 🍎 counts as two."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, limit: int = UNITS_A_MESSAGE) -> list[str]:
    """Parts of at most `limit` units, cut at a line end or a space where there is one."""
    parts = []
    while units(text) > limit:
        cut = _fitting(text, limit)
        better = max(text.rfind("\n", 0, cut), text.rfind(" ", 0, cut))
        if better > cut // 2:
            cut = better + 1
        while cut > 1 and _joins_the_one_before(text, cut):
            cut -= 1
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]


def shorten(text: str, limit: int) -> str:
    """At most `limit` visible characters, with an ellipsis for what was left out."""
    starts = [i for i in range(len(text)) if i == 0 or not _joins_the_one_before(text, i)]
    return text if len(starts) <= limit else text[: starts[limit - 1]] + "…"


def is_visible(text: str) -> bool:
    """Whether there is anything to see: not only spaces, control and zero-width characters."""
    hidden = {"Cc", "Cf", "Zs", "Zl", "Zp"}
    return any(unicodedata.category(character) not in hidden for character in text)


def _fitting(text: str, limit: int) -> int:
    """How many characters of the beginning fit into `limit` units."""
    taken = 0
    for index, character in enumerate(text):
        taken += 2 if character > "\uffff" else 1
        if taken > limit:
            return index
    return len(text)


def _joins_the_one_before(text: str, index: int) -> bool:
    """Thai vowels and tone marks, emoji parts and the like cannot stand alone."""
    character = text[index]
    return (
        unicodedata.category(character).startswith("M")
        or character == _ZERO_WIDTH_JOINER
        or text[index - 1] == _ZERO_WIDTH_JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )

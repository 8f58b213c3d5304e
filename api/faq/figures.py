"""Numbers and addresses: those of a text, and those that stand on each line of a source document.

`knowledge/sources/` holds the latter, made by `python -m api.faq.figures`, so that an answer can be
checked against the lines it cites without the documents themselves.
"""

import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_THAI_DIGITS = {ord("๐") + n: str(n) for n in range(10)}
_ADDRESS = re.compile(
    r"[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
    r"|(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:th|com|org|net|info)\b(?:/[^\s<>\"'()\u0e00-\u0e7f]*)?",
    re.ASCII,
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Document:
    """A source document: how many lines it has, and the figures that stand on them."""

    lines: int
    figures: dict[int, frozenset[str]]


def figures(text: str) -> set[str]:
    """`1,234.50` and `๑๒๓๔.๕` are one figure; addresses come without `http://www.` and last `/`."""
    text = text.translate(_THAI_DIGITS).lower()
    addresses = [_plain_address(found.group()) for found in _ADDRESS.finditer(text)]
    numbers = [_plain_number(found.group()) for found in _NUMBER.finditer(_ADDRESS.sub(" ", text))]
    return {figure for figure in [*addresses, *numbers] if figure}


def _plain_address(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address).rstrip("/.,-")


def _plain_number(number: str) -> str:
    whole, _, part = number.replace(",", "").partition(".")
    part = part.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{part}" if part else whole


@lru_cache
def read_document(path: Path) -> Document:
    """Raises ValueError when the file is not as `write_document` writes it."""
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    found = {}
    for row in rest:
        line, _, row_figures = row.partition("\t")
        found[int(line)] = frozenset(row_figures.split())
    return Document(int(first), found)


def write_document(document: Path, path: Path) -> None:
    lines = document.read_text(encoding="utf-8").split("\n")
    rows = [
        f"{n}\t{' '.join(sorted(found))}"
        for n, line in enumerate(lines, 1)
        if (found := figures(line))
    ]
    path.write_text("\n".join([str(len(lines)), *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for document in map(Path, sys.argv[1:]):
        write_document(document, Path("knowledge/sources") / f"{document.name[:3]}.tsv")

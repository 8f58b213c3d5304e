"""Does an answer say what the documents say: their lines, their figures, and its own age?"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from api.clock import bangkok, now
from api.content import Place
from api.faq.figures import Document, figures, read_document
from api.faq.knowledge_files import Written

BUDDHIST_ERA = 543


def mistakes(written: list[Written], knowledge_dir: Path) -> Iterator[str]:
    """One `file:line: reason` each, as WrongContent holds them."""
    today = bangkok(now()).date()
    for one in written:
        yield from _past_review(one, today)
        cited: set[str] = set()
        for n, source in enumerate(one.entry.source):
            name, _, line = source.partition(":")
            document = _document(knowledge_dir, name)
            if document is None:
                yield one.mistake(("source", n), f"sources/{name}.tsv is missing")
            elif not 1 <= int(line) <= document.lines:
                yield one.mistake(("source", n), f"{name} has {document.lines} lines")
            else:
                cited |= document.figures.get(int(line), frozenset())
        yield from _unfounded(one, cited)


def _past_review(one: Written, today: date) -> Iterator[str]:
    if one.entry.review_on < today:
        yield one.mistake(("review_on",), f"was due on {one.entry.review_on}")


def _unfounded(one: Written, cited: set[str]) -> Iterator[str]:
    """Figures and addresses that no cited line holds. The year of the entry stands for itself."""
    entry = one.entry
    known = cited | {str(entry.year), str(entry.year - BUDDHIST_ERA)}
    texts: list[tuple[Place, str | None]] = [
        (("answer",), entry.answer),
        (("detail",), entry.detail),
        (("link",), entry.link),
        (("english", "answer"), entry.english.answer if entry.english else None),
    ]
    for place, text in texts:
        if strange := sorted(figures(text or "") - known):
            yield one.mistake(place, f"not in the cited lines: {', '.join(strange)}")


def _document(knowledge_dir: Path, name: str) -> Document | None:
    path = knowledge_dir / "sources" / f"{name}.tsv"
    return read_document(path) if path.exists() else None

"""`python -m api.faq.check`: are the answers and synonyms well written? Needs no database."""

import sys
from pathlib import Path

from api.content import WrongContent
from api.faq.knowledge_files import read
from api.faq.terms import read_synonyms


def main(knowledge_dir: Path = Path("knowledge")) -> int:
    mistakes: list[str] = []
    for check in (read, read_synonyms):
        try:
            check(knowledge_dir)
        except WrongContent as wrong:
            mistakes += wrong.mistakes
    print("\n".join(mistakes) or "The answers and synonyms are well written.")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))

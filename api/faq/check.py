"""`python -m api.faq.check`: are the answers and what belongs to them well written?

Needs no database. More is asked here than at the start of the service, which an answer that is due
for review must not stop.
"""

import sys
from pathlib import Path

from api.content import WrongContent
from api.faq import evidence
from api.faq.knowledge_files import read_written
from api.faq.outside import read_outside
from api.faq.terms import read_synonyms


def main(knowledge_dir: Path = Path("knowledge")) -> int:
    mistakes: list[str] = []
    try:
        mistakes += evidence.mistakes(read_written(knowledge_dir), knowledge_dir)
    except WrongContent as wrong:
        mistakes += wrong.mistakes
    for check in (read_synonyms, read_outside):
        try:
            check(knowledge_dir)
        except WrongContent as wrong:
            mistakes += wrong.mistakes
    print("\n".join(mistakes) or "The answers, the synonyms and what is not ours are well written.")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))

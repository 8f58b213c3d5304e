"""`python -m api.cases.check`: say whether the office's own rules are in order."""

import sys
from pathlib import Path

from api.cases.knowledge import load
from api.content import WrongContent

if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "knowledge")
    try:
        found = load(folder)
    except WrongContent as error:
        sys.exit(str(error))
    print(f"{folder}: {len(found.agencies)} agencies and {len(found.routes)} routes are in order.")

"""Calls `evaluation.in_rasa` with the Python that Rasa runs on."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from api.prepare import BOT_PYTHON


def in_rasa(task: str, place: Path, given: object) -> list[Any]:
    """What the task prints, one item a message. Raises CalledProcessError when it fails."""
    done = subprocess.run(
        [BOT_PYTHON, "-m", "evaluation.in_rasa", task, str(place)],
        input=json.dumps(given),
        env=os.environ | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found

"""Runs tests/bot/conversations.yml through `rasa test core`; ends with its exit code."""

import os
import re
import subprocess
import sys
import tempfile

from tests.bot.model import trained_model

_TOLD = re.compile(r"rasa\.core\.test|Error")


def main() -> int:
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "test", "core"]
    command += ["--model", str(trained_model()), "--stories", "tests/bot/conversations.yml"]
    command += ["--endpoints", os.devnull, "--fail-on-prediction-errors", "--no-plot"]
    with tempfile.TemporaryDirectory() as results:
        done = subprocess.run(
            [*command, "--out", results],
            env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    told = [line for line in done.stdout.splitlines() if _TOLD.search(line)]
    print("\n".join(told) if done.returncode == 0 else done.stdout[-6000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())

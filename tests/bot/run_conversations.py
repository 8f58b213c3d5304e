"""Runs tests/bot/conversations.yml through `rasa test core`; ends with its exit code."""

import os
import re
import subprocess
import sys
import tempfile

from tests.bot.model import trained_model


def main() -> int:
    with tempfile.TemporaryDirectory() as results:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "rasa", "test", "core"]
            + ["--model", str(trained_model()), "--stories", "tests/bot/conversations.yml"]
            + ["--endpoints", os.devnull, "--out", results]
            + ["--fail-on-prediction-errors", "--no-plot"],
            env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    told = [line for line in done.stdout.splitlines() if re.search(r"rasa\.core\.test|Error", line)]
    print("\n".join(told if done.returncode == 0 else [done.stdout[-6000:]]))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())

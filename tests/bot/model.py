"""The trained model that the bot's tests use: the latest in `models/`, or one made for them."""

import os
import subprocess
import sys
from pathlib import Path

MODELS = Path("models")
_CONTENT = (
    "bot/data",
    "bot/components",
    "config.yml",
    "domain.yml",
    "knowledge/dictionary.txt",
    "knowledge/faq",
    "knowledge/outside.yml",
)


def trained_model() -> Path:
    """The newest model; trained first when there is none or the content is newer."""
    models = sorted(MODELS.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if models and models[-1].stat().st_mtime >= _last_change():
        return models[-1]
    MODELS.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "rasa", "train", "--skip-validation", "--data", "bot/data"]
    done = subprocess.run(
        [*command, "--out", str(MODELS), "--fixed-model-name", "tests"],
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"The bot could not be trained:\n{done.stdout[-2000:]}")
    return MODELS / "tests.tar.gz"


def _last_change() -> float:
    paths = [Path(name) for name in _CONTENT]
    files = [file for path in paths for file in (path.rglob("*.*") if path.is_dir() else [path])]
    return max(file.stat().st_mtime for file in files if file.suffix != ".pyc")

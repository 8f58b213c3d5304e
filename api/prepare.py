"""What must be true before the processes start: secrets, database, model."""

import base64
import hashlib
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config

from api import encryption
from api.cases.knowledge import knowledge
from api.content import WrongContent
from api.database import connect, session_scope
from api.faq import knowledge_files
from api.faq.compiled import read_texts
from api.faq.meaning import open_meaning
from api.faq.search import MEANINGS, documents_of_files
from api.settings import get_settings

BOT_PYTHON = ".venv-bot/bin/python"
MODELS = Path("models")
TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "bot/data",
    "bot/components",
    "knowledge/dictionary.txt",
    "knowledge/faq",
    "knowledge/outside.yml",
)


@contextmanager
def step(words: str) -> Iterator[None]:
    """Say what is being done; for a long step say every ten seconds that it goes on."""
    started = time.monotonic()
    done = threading.Event()

    def keep_saying() -> None:
        while not done.wait(10):
            _say(f"  … {words} ({time.monotonic() - started:.0f} s so far)")

    _say(f"→ {words}")
    threading.Thread(target=keep_saying, daemon=True).start()
    try:
        yield
    finally:
        done.set()
    _say(f"  done in {time.monotonic() - started:.1f} s")


def _say(line: str) -> None:
    print(line, flush=True)


def write_env_file() -> None:
    """Make a `.env` with fresh secrets from `.env.example`, readable by its owner only.

    Not where the environment brings the secrets itself.
    """
    path = Path(".env")
    if path.exists() or "DATA_KEY" in os.environ:
        return
    fresh = {
        "DATA_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "INTERNAL_TOKEN": secrets.token_urlsafe(32),
    }
    lines = []
    for line in Path(".env.example").read_text(encoding="utf-8").splitlines():
        name = line.partition("=")[0]
        lines.append(f"{name}={fresh[name]}" if name in fresh else line)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    _say("→ Wrote .env with fresh secrets. Keep a copy: without DATA_KEY stored cases are lost.")


def migrate() -> None:
    """Bring the database's tables up to date."""
    command.upgrade(Config(toml_file="pyproject.toml"), "head")


def fill_knowledge() -> None:
    """Bring the published answers to what `knowledge/faq/` says. Raises for a wrong file."""
    settings = get_settings()
    encryption.use_key(settings.data_key_bytes)
    engine = connect(settings.database_url)
    with session_scope() as session:
        knowledge_files.load(session)
    engine.dispose()


def model_path() -> Path:
    """Where the model of the present content lies; the name is the content's fingerprint."""
    digest = hashlib.sha256()
    for root in map(Path, TRAINED_FROM):
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for file in files:
            if file.suffix in {".yml", ".py", ".txt"}:
                digest.update(str(file).encode())
                digest.update(file.read_bytes())
    return MODELS / f"{digest.hexdigest()[:16]}.tar.gz"


def train(model: Path) -> None:
    """Train with the bot's own Python. Raises SystemExit with Rasa's words when it fails."""
    MODELS.mkdir(exist_ok=True)
    unfinished = f"unfinished-{os.getpid()}"
    # `make check` validates; here it would only cost the person who waits for the start.
    training = [BOT_PYTHON, "-m", "rasa", "train", "--data", "bot/data", "--skip-validation"]
    done = subprocess.run(
        [*training, "--out", MODELS, "--fixed-model-name", unfinished],
        env=os.environ | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    trained = MODELS / f"{unfinished}.tar.gz"
    if done.returncode != 0 or not trained.exists():
        sys.exit(f"The bot could not be trained:\n{done.stdout[-4000:]}")
    # Only a whole model ever carries the name that start-up looks for.
    trained.rename(model)


def prepare_database() -> None:
    """Migrate and fill. Raises SystemExit with file, line and reason for a wrong content file."""
    with step("Preparing the database"):
        try:
            knowledge()
            migrate()
            fill_knowledge()
        except WrongContent as error:
            sys.exit(str(error))


def prepare_meanings(knowledge_dir: Path) -> None:
    """Compute what the search needs of every text, once: at the start nobody shall wait for it."""
    documents = documents_of_files(knowledge_dir)
    meaning = open_meaning(MEANINGS)
    if meaning is None:
        return
    with step("Reading the answers (half a minute the first time)"):
        meaning.remember(text for one in documents for text in read_texts(one))


def prepare_model() -> Path:
    """Train if the content changed; returns the model to serve."""
    if chosen := get_settings().rasa_model:
        return chosen
    model = model_path()
    if not model.exists():
        with step("Training the bot (content or configuration changed)"):
            train(model)
    return model


if __name__ == "__main__":
    write_env_file()
    prepare_database()
    prepare_meanings(get_settings().knowledge_dir)

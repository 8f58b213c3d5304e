"""Rules of the house that a machine can check."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import Settings, SettingsError, get_settings

ROOT = Path(__file__).parents[2]


def test_every_setting_is_explained_in_the_example() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = {line.partition("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)}
    assert named == {name.upper() for name in Settings.model_fields}
    for before, line in pairwise(lines):
        if "=" in line and not line.startswith("#"):
            assert before.startswith("#") or "=" in before, f"{line} has no sentence"


def test_only_the_database_module_commits() -> None:
    files = (ROOT / "api").rglob("*.py")
    assert {p.name for p in files if ".commit(" in p.read_text()} == {"database.py"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATA_KEY", "too short"), ("INTERNAL_TOKEN", "short"), ("RASA_TIMEOUT_SECONDS", "60")],
)
def test_start_up_names_a_wrong_setting_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with pytest.raises(SettingsError) as refused:
        get_settings()
    assert name in str(refused.value)
    assert value not in str(refused.value)
    assert not isinstance(refused.value, ValidationError)


def test_no_lock_file_names_an_address() -> None:
    for path in [*ROOT.glob("requirements/*.txt"), ROOT / "package-lock.json"]:
        assert not re.search(r"https?://[^ \"]*(pypi|pythonhosted|npmjs)", path.read_text()), path

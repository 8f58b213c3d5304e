"""The public page: the office's own data, under strict rules for the browser."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.agency import read_agency
from api.faq import knowledge_files
from api.faq.service import answer_question
from api.main import create_app
from api.settings import get_settings


def test_the_page_shows_the_offices_own_data_under_strict_rules(client: TestClient) -> None:
    page = client.get("/")

    assert page.status_code == 200
    assert "สำนักงานปลัดกระทรวงการคลัง" in page.text
    assert "set-cookie" not in page.headers
    rules = page.headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "style=" not in page.text
    assert "onclick" not in page.text


@pytest.mark.parametrize(
    "path", ["/chat/messages", "/console/login", "/nowhere", "/static/widget.js"]
)
def test_every_answer_carries_the_rules(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    expected = "no-cache" if "static" in path else None if path == "/nowhere" else "no-store"
    assert answer.headers.get("cache-control") == expected


def test_a_wrong_agency_file_stops_the_start_and_names_the_line(
    database: object, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge = get_settings().knowledge_dir
    for file in knowledge.glob("*"):
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (knowledge / "agency.yml").read_text(encoding="utf-8")
    (tmp_path / "agency.yml").write_text(
        text.replace("short_name:", "shrt_name:"), encoding="utf-8"
    )
    monkeypatch.setenv("KNOWLEDGE_DIR", str(tmp_path))
    get_settings.cache_clear()

    with pytest.raises(Exception, match=r"agency\.yml:\d+: shrt_name"), TestClient(create_app()):
        pass


def test_every_question_the_page_proposes_has_an_answer(session: Session) -> None:
    knowledge_files.load(session)
    agency = read_agency(get_settings().knowledge_dir)
    outcomes = {
        question: answer_question(session, None, question)["outcome"]
        for question in agency.example_questions
    }

    assert outcomes == dict.fromkeys(agency.example_questions, "answered")

"""The published answers as pages for everybody: complete, kept apart from what people type."""

import html
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import structlog
import yaml
from fastapi.testclient import TestClient

from api.database import session_scope
from api.faq import knowledge_files
from api.faq.models import Entry
from api.settings import get_settings
from tests.api.office import counted_statements

PAGE = {"Accept": "text/html"}
TYPED = "ขอเบอร์สายด่วนร้องเรียน"

CHANNELS = """\
subject: channels
title: ช่องทางร้องเรียน
entries:
  - id: hotline-number
    questions:
      - โทรร้องเรียนเบอร์อะไร
      - ขอเบอร์สายด่วนร้องเรียน
      - เบอร์โทรแจ้งเรื่องร้องเรียน
      - สายด่วนของกระทรวงการคลังเบอร์ไหน
    answer: โทร 1689 กด 1 ได้ทุกวันทำการ
    detail: นอกเวลาทำการ <b>ฝากข้อความ</b> ไว้ในแชทได้
    link: https://palad.mof.go.th/th/home
    source: ["000:1", "004:2"]
    year: 2565
    owner_unit: ส่วนรับเรื่องร้องทุกข์
    audience: [citizen]
    related: [track-case]
    review_on: 2570-03-31
    english:
      questions: [What is the complaint hotline number?]
      answer: Call 1689 and press 1 on working days.
  - id: email-address
    questions:
      - ร้องเรียนทางอีเมลที่ไหน
      - อีเมลสำหรับร้องเรียน
      - ส่งเมลร้องเรียนไปที่ใด
      - ขอที่อยู่อีเมลรับเรื่อง
    answer: ส่งอีเมลถึงส่วนรับเรื่องร้องทุกข์ได้ทุกวัน
    source: ["001:7"]
    year: 2566
    owner_unit: ส่วนรับเรื่องร้องทุกข์
    audience: [citizen]
    review_on: 2020-03-31
"""
TRACKING = """\
subject: tracking
title: ติดตามเรื่อง
entries:
  - id: track-case
    questions:
      - ติดตามเรื่องร้องเรียนอย่างไร
      - ดูความคืบหน้าของเรื่องที่ไหน
      - เรื่องที่แจ้งไปถึงไหนแล้ว
      - ตรวจสอบสถานะเรื่องร้องเรียน
    answer: พิมพ์ติดตามเรื่องในแชท แล้วบอกเลขที่เรื่องกับรหัสลับ
    source: ["002:1"]
    year: 2566
    owner_unit: ส่วนรับเรื่องร้องทุกข์
    audience: [citizen]
    review_on: 2570-03-31
"""
SUBJECTS = ["/faq/channels", "/faq/tracking"]
ENTRIES = [
    "/faq/channels/email-address",
    "/faq/channels/hotline-number",
    "/faq/tracking/track-case",
]


def test_every_subject_stands_on_the_first_page_with_its_number_of_entries(faq: TestClient) -> None:
    page = faq.get("/faq")

    assert page.status_code == 200
    assert links(page.text, "/faq/") == SUBJECTS
    assert re.findall(r"(\d+) ข้อ</span>", page.text) == ["2", "1"]
    assert "คำตอบ 3 ข้อ" in page.text
    assert "ช่องทางร้องเรียน" in shown(page.text)


def test_a_subject_lists_its_questions_and_an_entry_shows_all_that_is_written(
    faq: TestClient,
) -> None:
    subject = faq.get("/faq/channels")
    # As the file has them, not by their ids.
    assert links(subject.text, "/faq/channels/") == [ENTRIES[1], ENTRIES[0]]

    with session_scope() as session:
        session.get_one(Entry, "hotline-number").related = ["gone-entry", "track-case"]
    page = faq.get(ENTRIES[1])
    words = shown(page.text)
    for written in (
        "โทรร้องเรียนเบอร์อะไร",
        "โทร 1689 กด 1 ได้ทุกวันทำการ",
        "<b>ฝากข้อความ</b>",
        "แบบประเมินสถานะการเป็นระบบราชการ 4.0 ของ สป.กค., ลักษณะสำคัญขององค์การ สป.กค. ปีงบประมาณ 2565",
        "ส่วนรับเรื่องร้องทุกข์",
        "31 มีนาคม 3113",
        "Call 1689 and press 1",
        "ถามต่อในแชท",
    ):
        assert written in words
    assert '<section class="english" lang="en"' in page.text
    assert 'href="https://palad.mof.go.th/th/home"' in page.text
    # A related entry that is gone is left out.
    assert links(page.text, "/faq/tracking/") == [ENTRIES[2]]
    assert f'rel="canonical" href="http://127.0.0.1:8000{ENTRIES[1]}"' in page.text


def test_the_page_says_so_when_an_entry_is_overdue_for_review(faq: TestClient) -> None:
    assert "ครบกำหนดทบทวนแล้ว" in faq.get(ENTRIES[0]).text
    assert "ครบกำหนดทบทวนแล้ว" not in faq.get(ENTRIES[1]).text


@pytest.mark.parametrize("path", ["/faq", *SUBJECTS, *ENTRIES, "/sitemap.xml"])
def test_every_page_may_be_kept_for_a_minute_under_the_strict_rules(
    faq: TestClient, path: str
) -> None:
    page = faq.get(path)

    assert page.headers["cache-control"] == "public, max-age=60"
    assert "set-cookie" not in page.headers
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "style=" not in page.text
    assert not re.search(r"<script(?![^>]* src=)", page.text)
    assert path == "/sitemap.xml" or page.text.count("<h1") == 1


@pytest.mark.parametrize(
    "path",
    ["/faq/nothing", "/faq/channels/nothing", "/faq/nothing/nothing", "/faq/a/b/c"],
)
def test_an_unknown_address_is_told_in_the_look_of_the_public_pages(
    faq: TestClient, path: str
) -> None:
    page = faq.get(path, headers=PAGE)

    assert page.status_code == 404
    assert "ไม่พบหน้านี้" in page.text
    assert 'href="/faq"' in page.text
    assert "สำหรับเจ้าหน้าที่" not in page.text
    assert faq.get(path).headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/faq/%00", "/faq/channels/%00", "/faq/' OR 1=1", "/faq/%2e%2e"])
def test_no_fault_happens_when_an_address_is_hostile(faq: TestClient, path: str) -> None:
    assert faq.get(path, headers=PAGE).status_code in (404, 422)


def test_an_old_address_leads_to_the_entry_when_it_moved_to_another_subject(
    faq: TestClient,
) -> None:
    answer = faq.get("/faq/tracking/hotline-number", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, ENTRIES[1])


def test_a_search_finds_the_entry_and_keeps_its_words_out_of_every_address_and_log(
    faq: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with structlog.testing.capture_logs() as logs:
        form = faq.get("/faq").text
        page = faq.post("/faq/search", data={"q": TYPED}, headers=PAGE)

    assert 'method="post" action="/faq/search"' in form
    assert page.status_code == 200
    assert links(page.text, "/faq/channels/")[0] == ENTRIES[1]
    assert "โทร 1689 กด 1" in page.text
    assert f'value="{TYPED}"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.history == []
    assert page.url.query == b""
    assert TYPED not in str(logs) + caplog.text
    # Asking for the address again, without the words, leads to the beginning.
    assert faq.get("/faq/search").url.path == "/faq"
    assert faq.get(f"/faq?q={TYPED}").text == form


def test_a_search_is_kind_when_nothing_is_found(faq: TestClient) -> None:
    page = faq.post("/faq/search", data={"q": "ฟหกดฟหกด"}, headers=PAGE)
    assert page.status_code == 200
    assert "ยังไม่พบคำตอบ" in page.text
    assert 'href="tel:1689"' in page.text
    assert "data-chat-say" in page.text


@pytest.mark.parametrize("typed", ["", "  ", "ก", "\x00\u202e"])
def test_a_search_asks_for_words_when_there_are_none(faq: TestClient, typed: str) -> None:
    page = faq.post("/faq/search", data={"q": typed}, headers=PAGE)
    assert page.status_code == 200
    assert "พบ " not in shown(page.text).split("คลังคำถาม")[0]
    assert not links(page.text, "/faq/channels/")


def test_what_was_typed_is_only_text_on_the_page_of_results(faq: TestClient) -> None:
    hostile = '"><script>alert(1)</script>'
    page = faq.post("/faq/search", data={"q": hostile}, headers=PAGE).text
    assert html.escape(hostile, quote=False).replace('"', "&#34;") in page
    assert "<script>" not in page


def test_suggestions_name_entries_for_what_is_being_typed(faq: TestClient) -> None:
    answer = faq.post("/faq/suggestions", json={"text": "โทรร้องเรียน"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["entries"][0] == {
        "id": "hotline-number",
        "title": "โทรร้องเรียนเบอร์อะไร",
        "subject": "ช่องทางร้องเรียน",
        "url": ENTRIES[1],
    }
    for nothing in ("", "ก", "ฟหกดฟหกด", "\x00"):
        assert faq.post("/faq/suggestions", json={"text": nothing}).json() == {"entries": []}


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"text": None}, 422), ({"text": ["a"]}, 422), ({"text": "ก" * 9000}, 413)],
)
def test_suggestions_are_refused_with_a_sentence_when_the_request_is_wrong(
    faq: TestClient, body: dict[str, Any], status: int
) -> None:
    answer = faq.post("/faq/suggestions", json=body)
    assert answer.status_code == status
    assert "กรุณา" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/faq/search", "/faq/suggestions"])
def test_only_our_own_pages_may_ask_and_only_by_post(faq: TestClient, path: str) -> None:
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert faq.post(path, json={"text": "โทร"}, headers=foreign).status_code == 403
    assert faq.get("/faq/suggestions").status_code == 404
    assert faq.post("/faq", data={"q": "โทร"}).status_code == 405
    assert faq.post("/faq/search", content=b"q=" + b"a" * 9000).status_code == 413


def test_a_network_is_asked_to_wait_when_it_asks_too_often(faq: TestClient) -> None:
    codes = [faq.post("/faq/suggestions", json={"text": "ก"}).status_code for _ in range(121)]
    assert codes == [200] * 120 + [429]
    for _ in range(60):
        faq.post("/faq/search", data={"q": "ก"})

    page = faq.post("/faq/search", data={"q": "โทร"}, headers=PAGE)

    assert page.status_code == 429
    assert "ค้นหาถี่เกินไป กรุณารอ" in page.text
    assert faq.get("/faq").status_code == 200


def test_a_page_costs_the_same_number_of_queries_when_there_are_more_entries(
    faq: TestClient,
) -> None:
    paths = ["/faq", "/faq/channels", ENTRIES[1], "/sitemap.xml"]
    before = [statements(faq, path) for path in paths]
    with session_scope() as session:
        one = session.get_one(Entry, "email-address")
        values = {name: getattr(one, name) for name in Entry.__table__.columns.keys()}  # noqa: SIM118
        session.add_all(Entry(**{**values, "id": f"copy-{n}"}) for n in range(40))
        session.get_one(Entry, "hotline-number").related = [f"copy-{n}" for n in range(5)]

    assert [statements(faq, path) for path in paths] == before == [1, 1, 2, 1]


def test_the_sitemap_lists_every_page(faq: TestClient) -> None:
    answer = faq.get("/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    places = [
        element.text for element in ElementTree.fromstring(answer.text).iter() if element.text
    ]
    addresses = [place for place in places if place.startswith("http")]
    expected = ["/", "/faq", SUBJECTS[0], *ENTRIES[:2], SUBJECTS[1], ENTRIES[2]]
    assert addresses == [f"http://127.0.0.1:8000{path}" for path in expected]


def test_the_office_page_leads_to_the_questions(faq: TestClient) -> None:
    assert 'href="/faq"' in faq.get("/").text


def links(page: str, beginning: str) -> list[str]:
    """Where the links of a page that begin so lead to, each once."""
    found = re.findall(r'href="([^"]+)"', page)
    return list(dict.fromkeys(one for one in found if one.startswith(beginning)))


def shown(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def statements(client: TestClient, path: str) -> int:
    with counted_statements() as sent:
        assert client.get(path).status_code == 200
    # The worker beside asks its own things meanwhile.
    return len([one for one in sent if "faq_entries" in one])


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small subjects in place of the office's own; the rest of the knowledge as it is.

    One for all tests, because the words of a folder's dictionary stay in memory.
    """
    folder = tmp_path_factory.mktemp("small") / "knowledge"
    shutil.copytree("knowledge", folder, ignore=shutil.ignore_patterns("faq"))
    (folder / "faq").mkdir()
    (folder / "faq" / "channels.yml").write_text(CHANNELS, encoding="utf-8")
    (folder / "faq" / "tracking.yml").write_text(TRACKING, encoding="utf-8")
    # The start makes an index of all that is not ours; one subject is enough here.
    outside = yaml.safe_load((folder / "outside.yml").read_text(encoding="utf-8"))
    outside["subjects"] = [one for one in outside["subjects"] if one["id"] == "passport"]
    (folder / "outside.yml").write_text(yaml.safe_dump(outside), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def small_knowledge(environment: None, small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWLEDGE_DIR", str(small_folder))
    get_settings.cache_clear()


@pytest.fixture
def faq(small_knowledge: None, client: TestClient) -> TestClient:
    """A visitor's browser, once the knowledge is loaded."""
    with session_scope() as session:
        knowledge_files.load(session)
    return client

"""The door LINE knocks at: signatures, strange bodies, repeats, and a database that says no."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.api.line_office import (
    CHANNEL_SECRET,
    LineOffice,
    incoming,
    locked_by_another_program,
    messages,
)
from tests.line_stand_in import events

SOMCHAI = events.user_id()

_any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict | list):
        below = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(found for key, inner in below for found in _paths(inner, (*path, key)))]


@st.composite
def _mutilated_event(draw: st.DrawFn) -> Any:
    """A good event in which one part, large or small, is missing or something else."""
    whole = json.loads(
        json.dumps(
            draw(
                st.sampled_from(
                    [
                        events.text(SOMCHAI, "ก่อน"),
                        events.image(SOMCHAI),
                        events.sticker(SOMCHAI, "Hi"),
                        events.location(SOMCHAI, "กระทรวง", "พระรามที่ 6"),
                        events.postback(SOMCHAI, "/affirm"),
                        events.follow(SOMCHAI),
                        events.unsend(SOMCHAI, "1"),
                    ]
                )
            )
        )
    )
    path = draw(st.sampled_from(_paths(whole)))
    if not path:
        return draw(_any_json)
    parent = whole
    for key in path[:-1]:
        parent = parent[key]
    if draw(st.booleans()):
        del parent[path[-1]]
    else:
        parent[path[-1]] = draw(_any_json)
    return whole


def test_nothing_is_stored_when_the_signature_is_wrong(line_office: LineOffice) -> None:
    body = events.body(events.text(SOMCHAI, "ปลอม"))
    right = events.signature(CHANNEL_SECRET, body)
    wrong = [
        "",
        " ",
        "a",
        right[:-4],
        right + "=",
        right.swapcase(),
        events.signature("another-secret", body),
        events.signature(CHANNEL_SECRET, body + b" "),
        "ลายเซ็น".encode().decode("latin-1"),
        "=" * 44,
        "A" * 10_000,
        "\x7f",
    ]

    statuses = {line_office.post_body(body, signature).status_code for signature in wrong}
    without = line_office.client.post("/line/webhook", content=body)

    assert statuses == {401}
    assert without.status_code == 401
    assert "ลายเซ็น" in without.json()["detail"]
    assert messages() == []
    assert line_office.post_body(body, right).status_code == 200


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=200), signature=st.text(st.characters(codec="latin-1"), max_size=60))
def test_a_forged_request_does_nothing_whatever_it_holds(
    line_office: LineOffice, body: bytes, signature: str
) -> None:
    answer = line_office.client.post(
        "/line/webhook", content=body, headers={"x-line-signature": signature.encode("latin-1")}
    )

    assert answer.status_code == 401
    assert messages() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"5",
        b'"events"',
        b"{}",
        b'{"events": null}',
        b'{"events": {}}',
        b"{",
        b"[" * 100_000,
        b'{"events": ' + b"[" * 100_000,
        b'{"events": [' + b"9" * 5000 + b"]}",
        "สวัสดี".encode("tis-620"),
        b"\xff\xfe\x00",
        b'{"events": []}\x00',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_signed_body_is_refused_with_a_sentence_when_it_cannot_be_read(
    line_office: LineOffice, body: bytes
) -> None:
    answer = line_office.post_body(body)

    assert answer.status_code == 400
    assert "LINE" in answer.json()["detail"]
    assert messages() == []


def test_a_body_is_refused_when_it_is_larger_than_line_sends(line_office: LineOffice) -> None:
    body = events.body(events.text(SOMCHAI, "ก" * 700_000))

    assert len(body) > 2_000_000
    assert line_office.post_body(body).status_code == 413
    assert messages() == []


def test_the_health_check_of_line_is_answered(line_office: LineOffice) -> None:
    assert line_office.post().status_code == 200
    assert line_office.post_body(b'{"events": []}').status_code == 200


@pytest.mark.parametrize(
    "strange",
    [
        None,
        5,
        "event",
        [],
        ["event"],
        {},
        {"type": None},
        {"type": 5},
        {"type": "message"},
        {"type": "message", "message": None},
        {"type": "message", "message": {"type": "text", "id": "1", "text": None}},
        {"type": "message", "message": {"type": "hologram", "id": "1"}},
        {"type": "brand-new", "source": {"type": "planet"}},
        {"type": "postback", "postback": {"data": None}},
        {"type": "unsend", "unsend": {}},
        {"type": "follow", "source": {"type": "user", "userId": None}},
        {**events.text(SOMCHAI, "เวลา"), "timestamp": 10**40},
        {**events.text(SOMCHAI, "โหมด"), "mode": "sleeping"},
        {**events.text(SOMCHAI, "ยาว"), "webhookEventId": "x" * 5000},
        {**events.text(SOMCHAI, "ศูนย์"), "webhookEventId": "\x00"},
        {**events.text(SOMCHAI, "ครึ่ง\ud800"), "replyToken": "\ud800"},
        {**events.text(SOMCHAI, "ผู้ใช้"), "source": {"type": "user", "userId": "\udfff\x00"}},
        json.loads("[" * 300 + "]" * 300),
        json.loads('{"a":' * 60 + "1" + "}" * 60),
    ],
    ids=range(24),
)
def test_neighbours_are_answered_when_one_event_is_strange(
    line_office: LineOffice, strange: Any
) -> None:
    line_office.send(events.text(SOMCHAI, "ก่อน"), strange, events.text(SOMCHAI, "หลัง"))

    line_office.wait_until_quiet()
    answers = line_office.line.texts_to(SOMCHAI)
    assert [answer for answer in answers if answer in ("ตอบ: ก่อน", "ตอบ: หลัง")] == [
        "ตอบ: ก่อน",
        "ตอบ: หลัง",
    ]
    assert len(incoming()) == 3


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(strange=_mutilated_event())
def test_a_good_event_is_stored_next_to_any_other(line_office: LineOffice, strange: Any) -> None:
    good = events.text(events.user_id(), "ดี")

    body = json.dumps({"events": [strange, good]}).encode()

    assert line_office.post_body(body).status_code == 200
    stored = [message.external_id for message in incoming()]
    assert stored.count(good["webhookEventId"]) == 1


def test_an_event_is_handled_once_when_twenty_copies_arrive_together(
    line_office: LineOffice,
) -> None:
    first = events.text(SOMCHAI, "ครั้งเดียว")
    copies = [first] + [events.redelivered(first)] * 19

    with ThreadPoolExecutor(20) as threads:
        statuses = [answer.status_code for answer in threads.map(line_office.post, copies)]

    assert statuses == [200] * 20
    line_office.wait_until_quiet()
    assert len(incoming()) == 1
    assert line_office.line.texts_to(SOMCHAI) == ["ตอบ: ครั้งเดียว"]
    assert len(line_office.rasa.asked) == 1


def test_a_repeat_is_known_when_the_event_has_no_id(line_office: LineOffice) -> None:
    first = events.text(SOMCHAI, "ไม่มีเลข")
    del first["webhookEventId"]

    line_office.send(first)
    line_office.send({**first, "deliveryContext": {"isRedelivery": True}})

    line_office.wait_until_quiet()
    assert line_office.line.texts_to(SOMCHAI) == ["ตอบ: ไม่มีเลข"]


def test_group_talk_is_stored_and_not_answered(line_office: LineOffice) -> None:
    group = {"type": "group", "groupId": "C" + "1" * 32, "userId": SOMCHAI}

    line_office.send(events.text(SOMCHAI, "ในกลุ่ม", source=group), events.text(SOMCHAI, "ถึงบอต"))

    assert line_office.wait_for_texts(SOMCHAI, 1) == ["ตอบ: ถึงบอต"]
    line_office.wait_until_quiet()
    assert line_office.rasa.texts == ["ถึงบอต"]
    assert [message.raw["message"]["text"] for message in incoming()] == ["ในกลุ่ม", "ถึงบอต"]


def test_the_webhook_says_that_line_is_off_when_there_is_no_secret(client: TestClient) -> None:
    answer = client.post("/line/webhook", content=b"{}")

    assert answer.status_code == 503
    assert "LINE" in answer.json()["detail"]


def test_line_is_asked_to_come_again_when_the_database_is_locked(
    line_office: LineOffice, database: Engine
) -> None:
    event = events.text(SOMCHAI, "ระหว่างล็อก")

    with locked_by_another_program(database):
        refused = line_office.post(event)
    accepted = line_office.post(events.redelivered(event))

    assert refused.status_code == 503
    assert "ลองใหม่" in refused.json()["detail"]
    assert accepted.status_code == 200
    assert line_office.wait_for_texts(SOMCHAI, 1) == ["ตอบ: ระหว่างล็อก"]
    assert len(incoming()) == 1

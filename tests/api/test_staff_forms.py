"""Forms that another site makes a signed-in browser send."""

import pytest

from api.staff import Role
from tests.api.office import (
    ORIGIN,
    PASSWORD,
    as_staff,
    csrf_of,
    make_account,
    make_staff,
    make_talk,
)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        # A header that only the browser writes is worth more than one that may be rewritten.
        ({"Sec-Fetch-Site": "cross-site", **ORIGIN}, 403),
        ({"Origin": "http://127.0.0.1:8000"}, 303),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8000.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_form_is_accepted_only_when_it_comes_from_our_own_page(client, headers, status):
    as_staff(client, make_staff(Role.grievance_officer))
    talk = make_talk("ขอคุยกับเจ้าหน้าที่", waiting=True)
    csrf = csrf_of(client.get("/console/chats").text)
    client.headers.pop("Origin")

    answer = client.post(
        f"/console/chats/{talk.id}/done",
        data={"csrf": csrf},
        headers=headers,
        follow_redirects=False,
    )

    assert answer.status_code == status


def test_form_is_refused_when_its_token_is_missing_or_of_another_session(client):
    first, second = make_staff(Role.grievance_officer), make_staff(Role.supervisor)
    others_token = csrf_of(as_staff(client, first).get("/console/chats").text)
    talk = make_talk("ขอคุยกับเจ้าหน้าที่", waiting=True)
    as_staff(client, second)

    for data in ({}, {"csrf": ""}, {"csrf": others_token}, {"csrf": "ก"}):
        for form in (f"/console/chats/{talk.id}/done", "/console/logout"):
            assert client.post(form, data=data).status_code == 403
    # Nobody was signed out by a forged form.
    assert client.get("/console/chats").status_code == 200


def test_signing_in_is_refused_when_the_form_comes_from_another_site(client):
    make_account()
    answer = client.post(
        "/console/login",
        data={"login": "somchai", "password": PASSWORD},
        headers={"Origin": "http://evil.example", "Accept": "text/html"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers

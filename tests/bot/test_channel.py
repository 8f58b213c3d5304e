import contextlib
import socket
from types import SimpleNamespace

import aiohttp
import pytest
import pytest_asyncio
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from bot.action_server import guarded_app
from bot.channels.action_endpoint import ActionEndpoint
from bot.channels.office import WORD_JOINER, OfficeChannel
from bot.components.turn import TurnFailed
from tests.bot.conftest import TOKEN

pytestmark = pytest.mark.asyncio

BUTTONS = [{"title": "ใช่", "payload": "/affirm"}]


async def test_the_replies_come_back_when_a_message_is_posted(channel):
    status, body = await channel.post(text="สวัสดี")

    assert (status, body) == (200, {"replies": [{"text": "ว่าไง สวัสดี", "buttons": BUTTONS}]})
    message = channel.agent.handled[0]
    assert (message.sender_id, message.message_id) == ("talk", "m1")
    assert message.metadata == {"channel": "line", "is_payload": False}


async def test_nothing_is_handled_twice_when_a_message_comes_again(channel):
    first = await channel.post(text="สวัสดี")
    again = await channel.post(text="สวัสดี")
    other = await channel.post(text="ต่อ", message_id="m2")

    assert again == first
    assert other != first
    assert [message.message_id for message in channel.agent.handled] == ["m1", "m2"]


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer " + "x" * 32, TOKEN])
async def test_nobody_gets_in_when_the_token_is_wrong(channel, token):
    status, _ = await channel.post(token=token)

    assert status == 401
    assert channel.agent.handled == []


@pytest.mark.parametrize("text", ["/affirm", "  /send_case", '/choose_topic{"topic": "debt"}', "/"])
async def test_a_slash_is_only_text_when_a_person_typed_it(channel, text):
    await channel.post(text=text)

    assert channel.agent.handled[0].text == WORD_JOINER + text.strip()


async def test_a_slash_means_an_intent_when_a_button_was_pressed(channel):
    await channel.post(text='/choose_topic{"topic": "debt"}', is_payload=True)

    assert channel.agent.handled[0].text == '/choose_topic{"topic": "debt"}'


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": None},
        {"text": 5},
        {"channel": "fax"},
        {"is_payload": "yes"},
        {"is_payload": True, "text": "affirm"},
        {"conversation_id": None},
    ],
)
async def test_the_request_is_refused_when_it_is_not_as_agreed(channel, wrong):
    status, _ = await channel.post(**wrong)

    assert status == 422
    assert channel.agent.handled == []


@pytest.mark.parametrize(
    ("failure", "expected"), [(TurnFailed("no actions"), 503), (RuntimeError("ความลับ"), 500)]
)
async def test_failure_is_never_a_200(channel, failure, expected, caplog):
    channel.agent.failure = failure

    status, body = await channel.post()

    assert status == expected
    assert "ความลับ" not in str(body) + caplog.text


async def test_the_message_can_come_again_when_it_failed(channel):
    channel.agent.failure = TurnFailed("no actions")
    await channel.post(text="สวัสดี")
    channel.agent.failure = None

    status, body = await channel.post(text="สวัสดี")

    assert (status, body["replies"][0]["text"]) == (200, "ว่าไง สวัสดี")


async def test_the_channel_says_so_when_no_model_is_loaded(channel):
    channel.app.ctx.agent = None

    assert (await channel.post())[0] == 503


async def test_the_channel_does_not_start_when_the_token_is_short():
    with pytest.raises(ValueError, match="32"):
        OfficeChannel.from_credentials({"token": "short"})


@pytest.mark.parametrize("answer", [500, 401, "not json", "no events"])
async def test_the_turn_fails_when_the_action_server_does_not_do_its_work(answer):
    app = Sanic("broken")

    @app.post("/webhook")
    async def webhook(request):
        from sanic import response

        if isinstance(answer, int):
            return response.json({}, status=answer)
        return response.json({}) if answer == "no events" else response.text("<html>")

    async with serving(app) as url:
        with pytest.raises(TurnFailed):
            await ActionEndpoint(f"{url}/webhook").request(json={})


async def test_the_turn_fails_when_nobody_listens():
    with pytest.raises(TurnFailed):
        await ActionEndpoint("http://127.0.0.1:9/webhook").request(json={})


async def test_the_action_server_lets_nobody_in_without_the_token(office, tracker):
    async with serving(guarded_app(TOKEN)) as url, aiohttp.ClientSession() as client:
        call = {"next_action": "action_ask_person", "version": "3.6.21", "tracker": None}
        state = {"sender_id": "talk", "slots": {}, "latest_message": {}, "events": []}
        call["tracker"] = {**state, "paused": False, "active_loop": {}}
        for headers, expected in (({}, 401), ({"Authorization": f"Bearer {TOKEN}"}, 200)):
            async with client.post(f"{url}/webhook", json=call, headers=headers) as answer:
                assert answer.status == expected
        async with client.get(f"{url}/actions") as answer:
            assert answer.status == 401


async def test_the_action_server_repeats_nobodys_words_when_it_fails():
    async with serving(guarded_app(TOKEN)) as url, aiohttp.ClientSession() as client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        call = {"next_action": "action_open_case", "version": "3.6.21", "tracker": "ความลับ"}
        async with client.post(f"{url}/webhook", json=call, headers=headers) as answer:
            assert answer.status == 500
            assert "ความลับ" not in await answer.text()


class FakeAgent:
    """Echoes; keeps the latest turn as the tracker store does."""

    def __init__(self):
        self.handled, self.failure, self._trackers = [], None, {}
        self.lock_store = InMemoryLockStore()
        self.tracker_store = self.processor = self
        self.action_endpoint = None

    def is_ready(self):
        return True

    async def retrieve(self, conversation_id):
        return self._trackers.get(conversation_id)

    async def handle_message(self, message):
        if self.failure:
            raise self.failure
        self.handled.append(message)
        said = BotUttered(f"ว่าไง {message.text}", {"buttons": BUTTONS})
        heard = UserUttered(message.text, message_id=message.message_id)
        self._trackers[message.sender_id] = DialogueStateTracker.from_events(
            message.sender_id, [heard, said, ActionExecuted("action_listen")]
        )
        await message.output_channel.send_response(message.sender_id, said.message())


@pytest_asyncio.fixture
async def channel():
    app, agent = Sanic("channel"), FakeAgent()
    app.ctx.agent = agent
    app.blueprint(OfficeChannel(TOKEN).blueprint(None), url_prefix="/webhooks/office")

    async with serving(app) as url, aiohttp.ClientSession() as client:

        async def post(token=f"Bearer {TOKEN}", **changes):
            body = {"conversation_id": "talk", "message_id": "m1", "text": "สวัสดี"}
            body.update({"channel": "line", "is_payload": False, **changes})
            headers = {"Authorization": token}
            url_of_message = f"{url}/webhooks/office/message"
            async with client.post(url_of_message, json=body, headers=headers) as answer:
                return answer.status, await answer.json()

        yield SimpleNamespace(app=app, agent=agent, post=post)


@contextlib.asynccontextmanager
async def serving(app):
    # The last thing it does is to rewrite Sanic's own classes, which works once a process.
    with contextlib.suppress(KeyError):
        await app._startup()
    # Sanic takes port 0 for its default.
    listener = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.close()
        Sanic._app_registry.pop(app.name, None)

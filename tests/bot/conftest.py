import pytest
import pytest_asyncio
from aiohttp import web
from rasa_sdk import Tracker

from bot.actions import office_api
from tests.bot.fake_office import FakeOffice

TOKEN = "t" * 32


@pytest_asyncio.fixture
async def office(monkeypatch):
    """The API's stand-in, reached over real HTTP."""
    fake = FakeOffice()
    runner = web.AppRunner(fake.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    monkeypatch.setenv("API_URL", f"http://127.0.0.1:{runner.addresses[0][1]}")
    monkeypatch.setenv("INTERNAL_TOKEN", TOKEN)
    yield fake
    # The next test has an event loop of its own.
    if office_api._session:
        await office_api._session.close()
        office_api._session = None
    await runner.cleanup()


@pytest.fixture
def tracker():
    """Builds the SDK's view of a talk: slots, the latest message, and what led to the action."""

    def build(
        slots=None, text="", intent="nlu_fallback", confidence=0.9, *,
        entities=None, pressed=False, channel="web", form=None, events=None,
    ):  # fmt: skip
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "entities": [{"entity": k, "value": v} for k, v in (entities or {}).items()],
            "metadata": {"channel": channel, "is_payload": pressed},
        }
        said = [{"event": "user", "text": text}, *(events or [])]
        loop = {"name": form} if form else {}
        conversation_id = "5b8c1f2e-7f3d-4d0a-9a53-3b1c7e0f4a11"
        return Tracker(conversation_id, slots or {}, message, said, False, None, loop, None)

    return build

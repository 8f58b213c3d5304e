"""A running website with a bot that the test directs, and Debian's Chromium to visit it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import delete

from api import encryption
from api import main as _every_model  # noqa: F401  # Importing it names every table to Base.
from api.conversations.models import Attachment, Conversation, Message
from api.database import Base, make_engine
from tests.api.fake_rasa import FakeRasa, create_app, repeat_words
from tests.browser.office import DATA_KEY, TOKEN, Office
from tests.line_stand_in.running import running

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: `make install-tests` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    encryption.use_key(DATA_KEY)
    engine = make_engine(f"sqlite:///{folder / 'service.db'}")
    Base.metadata.create_all(engine)
    rasa = FakeRasa(TOKEN)
    with running(create_app(rasa)) as rasa_url:
        office = Office(folder, rasa, rasa_url, engine)
        office.start()
        yield office
        office.kill()
    engine.dispose()


@pytest.fixture
def office(running_office: Office) -> Office:
    """The website before anybody wrote, with a bot that repeats what it is asked."""
    with running_office.engine.begin() as connection:
        connection.execute(delete(Attachment))
        connection.execute(Message.__table__.update().values(answers_id=None))
        for table in (Message, Conversation):
            connection.execute(delete(table))
    rasa = running_office.rasa
    rasa.mode, rasa.think_seconds, rasa.replies = "answer", 0.0, repeat_words
    rasa.asked.clear()
    return running_office


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        locale="th-TH", timezone_id="Asia/Bangkok", viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, office: Office) -> Page:
    """The office's page just opened. A script error or a breach of its own rules fails the test."""
    page = context.new_page()
    page.goto(office.url)
    return page

"""One whole service for all journeys: starting it takes longer than any of them."""

from collections.abc import Iterator

import pytest

from tests.journey.people import LinePerson, WebPerson
from tests.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("service")) as stack:
        yield stack


@pytest.fixture
def on_line(stack: Stack) -> LinePerson:
    return LinePerson(stack)


@pytest.fixture
def on_web(stack: Stack) -> WebPerson:
    return WebPerson(stack)

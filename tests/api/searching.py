"""The whole knowledge ready to be searched, made once a session: it takes several seconds."""

import pytest

from api.faq.index import Index
from api.faq.search import compiler
from evaluation.calibrate import documents
from evaluation.sets import KNOWLEDGE


@pytest.fixture(scope="session")
def index() -> Index:
    return Index(documents(), compiler(KNOWLEDGE))

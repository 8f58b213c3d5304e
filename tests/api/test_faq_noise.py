"""Questions spoiled the way people spoil them: how many more are lost than of the clean ones."""

import random
from collections.abc import Callable

import pytest

from api.faq.index import Index
from evaluation.__main__ import system_of
from evaluation.noise import Noise
from evaluation.sets import Asked, development

SEED = 2571
SIZE = 150

Spoil = Callable[[str, Noise, random.Random], str]

TONE_MARKS = dict.fromkeys(map(ord, "็่้๊๋์"))
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
BEFORE = ("สวัสดีค่ะ ", "ขอสอบถามหน่อยครับ ", "รบกวนถามค่ะ ", "แอดมินคะ ")
AFTER = (" ขอบคุณครับ", "คะ", "ครับผม", " ช่วยตอบหน่อยนะคะ")


def politely(question: str, _noise: Noise, dice: random.Random) -> str:
    return dice.choice(BEFORE) + question + dice.choice(AFTER)


def drawling(question: str, _noise: Noise, dice: random.Random) -> str:
    """Some letters three times, as in `มากกก`."""
    return "".join(3 * one if one.isalpha() and dice.random() < 0.15 else one for one in question)


KINDS: dict[str, tuple[Spoil, float]] = {
    "tone marks dropped": (lambda q, _noise, _dice: q.translate(TONE_MARKS), 0.04),
    "spaces removed": (lambda q, _noise, _dice: q.replace(" ", ""), 0.03),
    "polite words around": (politely, 0.03),
    "10 % of the letters disturbed": (lambda q, noise, _dice: noise.disturb(q, 0.1), 0.08),
    "20 % of the letters disturbed": (lambda q, noise, _dice: noise.disturb(q, 0.2), 0.2),
    "upper case": (lambda q, _noise, _dice: q.upper(), 0.01),
    "Thai digits": (lambda q, _noise, _dice: q.translate(THAI_DIGITS), 0.01),
    "letters doubled": (drawling, 0.04),
}
"""Each with the share of the questions that it may cost. Case and digits' script mean nothing."""


@pytest.fixture(scope="module")
def sample() -> list[Asked]:
    return random.Random(SEED).sample(development(), SIZE)


@pytest.fixture(scope="module")
def clean(index: Index, sample: list[Asked]) -> float:
    return among_three(index, [(one, one.question) for one in sample])


def among_three(index: Index, asked: list[tuple[Asked, str]]) -> float:
    system = system_of(index)
    found = [bool(one.right & set(system(typed)[1])) for one, typed in asked]
    return sum(found) / len(found)


@pytest.mark.parametrize("kind", KINDS)
def test_few_questions_are_lost_when_they_are_typed_badly(
    index: Index, sample: list[Asked], clean: float, kind: str
) -> None:
    print(f"seed {SEED}")
    spoil, allowed = KINDS[kind]
    noise, dice = Noise(SEED), random.Random(SEED)
    spoiled = [(one, spoil(one.question, noise, dice)) for one in sample]
    assert any(typed != one.question for one, typed in spoiled)
    found = among_three(index, spoiled)
    print(f"{kind}: {found:.3f}, clean: {clean:.3f}")
    assert clean - found <= allowed


def test_most_questions_are_found_when_they_are_typed_well(clean: float) -> None:
    assert clean >= 0.95


def test_the_noise_is_the_same_when_it_is_made_again(sample: list[Asked]) -> None:
    def spoiled(seed: int) -> list[str]:
        noise = Noise(seed)
        return [noise.disturb(one.question, 0.2) for one in sample]

    assert spoiled(SEED) == spoiled(SEED)
    assert spoiled(SEED) != spoiled(SEED + 1)

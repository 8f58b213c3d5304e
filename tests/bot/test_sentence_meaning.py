import numpy as np
import pytest

from bot.components.sentence_meaning import meanings


def test_each_text_keeps_its_place_when_lengths_differ():
    texts = ["ร้องเรียนธนาคารได้ที่ไหนครับ", "สวัสดี", "ขอถอนเรื่อง"]

    together = meanings(texts)

    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    for row, text in zip(together, texts, strict=True):
        assert row @ meanings([text])[0] > 0.99


def test_sentences_are_nearer_when_they_mean_the_same():
    asked, same, other = meanings(["สำนักงานเปิดกี่โมง", "what time does the office open", "ขอบคุณมาก"])

    assert asked @ same > asked @ other


@pytest.mark.parametrize("text", ["", "🦄", "\u200b", "ก" * 5000])
def test_there_is_a_meaning_when_the_text_is_odd(text):
    assert np.isfinite(meanings([text])).all()

"""`python -m evaluation`: how well the knowledge answers questions it was never shown."""

from api.faq.knowledge_files import read
from api.faq.terms import Analyser
from evaluation.calibrate import KNOWLEDGE, index_of
from evaluation.held_out import measure

LINES = {
    "answered_right": "answered right",
    "asked_back_right": "asked back, the right one among the choices",
    "asked_back_wrong": "asked back, the right one not among the choices",
    "declined": "declined",
    "wrong": "answered wrong",
    "first": "right entry ranked first",
    "among_three": "right entry among the first three",
    "unanswerable_answered": "unanswerable, answered all the same",
    "unanswerable_choices": "unanswerable, asked back",
    "unanswerable_unknown": "unanswerable, declined",
}


def main() -> None:
    entries = [entry for _, entry in read(KNOWLEDGE)]
    figures = measure(index_of(entries, Analyser(KNOWLEDGE)))
    print(f"{len(entries)} entries, {figures.asked} questions, {figures.unanswerable} unanswerable")
    for name, words in LINES.items():
        print(f"  {figures.share(name):6.1%}  {words}")
    p50, p95 = figures.milliseconds(0.5), figures.milliseconds(0.95)
    print(f"  {p50:.1f} ms a question (p50), {p95:.1f} ms (p95)")
    print("Surest mistakes (certainty, question, answered with, right):")
    for score, question, given, right in figures.worst[:15]:
        print(f"  {score:.2f}  {question}  {given}  {right}")


if __name__ == "__main__":
    main()

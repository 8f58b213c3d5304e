"""The states of a case and the moves between them. Pure: data in, data out."""

from enum import StrEnum


class CaseState(StrEnum):
    received = "received"  # รับเรื่องแล้ว
    assigned = "assigned"  # มอบหมายแล้ว
    forwarded = "forwarded"  # แจ้งหน่วยงานแล้ว
    answered = "answered"  # หน่วยงานรายงานผลแล้ว
    settled = "settled"  # ได้ข้อยุติ
    closed = "closed"  # ปิดเรื่อง
    waiting_for_citizen = "waiting_for_citizen"  # รอข้อมูลจากผู้ร้อง
    not_accepted = "not_accepted"  # ไม่รับเรื่อง
    withdrawn = "withdrawn"  # ผู้ร้องถอนเรื่อง
    merged = "merged"  # รวมกับเรื่องอื่น
    reopened = "reopened"  # เปิดเรื่องใหม่


_ASIDE = frozenset(
    {
        CaseState.waiting_for_citizen,
        CaseState.not_accepted,
        CaseState.withdrawn,
        CaseState.merged,
    }
)

MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.received: frozenset({CaseState.assigned, CaseState.forwarded}) | _ASIDE,
    # A unit of the office itself answers without being forwarded to.
    CaseState.assigned: frozenset({CaseState.forwarded, CaseState.answered}) | _ASIDE,
    # An agency may send it back as not its own: it is then assigned anew.
    CaseState.forwarded: frozenset({CaseState.answered, CaseState.assigned}) | _ASIDE,
    # An answer that does not answer goes back to the agency.
    CaseState.answered: frozenset({CaseState.settled, CaseState.forwarded}) | _ASIDE,
    CaseState.settled: frozenset({CaseState.closed, CaseState.reopened}),
    CaseState.closed: frozenset({CaseState.reopened}),
    CaseState.waiting_for_citizen: frozenset(
        {
            CaseState.received,
            CaseState.assigned,
            CaseState.forwarded,
            CaseState.answered,
            CaseState.reopened,
            CaseState.not_accepted,
            CaseState.withdrawn,
            CaseState.merged,
        }
    ),
    CaseState.not_accepted: frozenset({CaseState.reopened}),
    # Whoever changes their mind files a new case; a merged one lives on in the other.
    CaseState.withdrawn: frozenset(),
    CaseState.merged: frozenset(),
    CaseState.reopened: frozenset({CaseState.assigned, CaseState.forwarded}) | _ASIDE,
}

OVER = frozenset({CaseState.closed, CaseState.not_accepted, CaseState.withdrawn, CaseState.merged})
"""Nothing is due any more; `closed_at` is set."""

NOT_YET_FORWARDED = frozenset({CaseState.received, CaseState.assigned, CaseState.reopened})


def may_move(before: CaseState, after: CaseState) -> bool:
    return after in MOVES[before]


def due_field(state: CaseState) -> str:
    """Which of a case's dates is the next duty in this state."""
    return "forward_by" if state in NOT_YET_FORWARDED else "answer_by"

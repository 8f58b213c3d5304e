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

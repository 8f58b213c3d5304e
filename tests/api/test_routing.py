"""Which unit handles what, what a story is about, and files that are written wrongly."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from api.cases import topics
from api.cases.knowledge import Knowledge, load
from api.cases.models import CaseKind
from api.cases.routing import AgencyType, Destination, route
from api.content import WrongContent

KNOWLEDGE = Path("knowledge")
INTAKE = "ส่วนรับเรื่องร้องทุกข์"
JOINT_CENTRE = "ศูนย์บริการร่วมกระทรวงการคลัง"
CENTRE = "ศูนย์ปฏิบัติการต่อต้านการทุจริต"
HEAD = "ปลัดกระทรวงการคลัง"
OFFICE = "สำนักงานปลัดกระทรวงการคลัง"
COMPLAINTS = yaml.safe_load(Path("tests/data/complaints.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("topic", "agency", "unit"),
    [
        # The table of the office, with nobody named.
        ("debt", None, INTAKE),
        ("state_property", None, "กรมธนารักษ์"),
        ("pension", None, "กรมบัญชีกลาง"),
        ("revenue_tax", None, "กรมสรรพากร"),
        ("excise", None, "กรมสรรพสามิต"),
        ("customs", None, "กรมศุลกากร"),
        ("state_enterprise", None, "สำนักงานคณะกรรมการนโยบายรัฐวิสาหกิจ"),
        ("e_procurement", None, "กรมบัญชีกลาง"),
        ("own_procurement", None, "สำนักบริหารกลาง"),
        ("building", None, "สำนักบริหารกลาง"),
        ("it_system", None, "ศูนย์เทคโนโลยีสารสนเทศและการสื่อสาร"),
        ("welfare_card", None, OFFICE),
        ("staff_conduct", None, JOINT_CENTRE),
        ("news_information", None, "กลุ่มสารนิเทศการคลัง"),
        ("hr", None, "สำนักบริหารทรัพยากรบุคคล"),
        ("corruption", None, CENTRE),
        ("suggestion", None, JOINT_CENTRE),
        ("outside_ministry", None, INTAKE),
        ("unknown", None, INTAKE),
        # A debt goes to the lender that is named, by whatever name; to nobody else.
        ("debt", "ธนาคารออมสิน", "ธนาคารออมสิน"),
        ("debt", "ธกส", "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร"),
        ("debt", "ธ.ก.ส.", "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร"),
        ("debt", "กยศ", "กองทุนเงินให้กู้ยืมเพื่อการศึกษา"),
        ("debt", "กรมสรรพากร", INTAKE),
        ("debt", "ธนาคารกสิกรไทย", INTAKE),
        # Never to the unit complained about: to the one above it, or to the centre.
        ("revenue_tax", "สรรพากร", INTAKE),
        ("pension", "กรมบัญชีกลาง", INTAKE),
        ("customs", "กรมศุลกากร", INTAKE),
        ("building", "สบก.", JOINT_CENTRE),
        ("it_system", "ศูนย์เทคโนโลยีสารสนเทศและการสื่อสาร", JOINT_CENTRE),
        ("staff_conduct", "ศูนย์บริการร่วม", HEAD),
        ("welfare_card", "สป.กค.", HEAD),
        ("unknown", INTAKE, JOINT_CENTRE),
        ("corruption", CENTRE, HEAD),
        # Somebody else's agency changes nothing.
        ("revenue_tax", "กรมศุลกากร", "กรมสรรพากร"),
        ("pension", "กองทุนบำเหน็จบำนาญข้าราชการ", "กรมบัญชีกลาง"),
        ("corruption", "กรมศุลกากร", CENTRE),
        ("staff_conduct", "กรมสรรพากร", JOINT_CENTRE),
        ("state_enterprise", "กองสลาก", "สำนักงานคณะกรรมการนโยบายรัฐวิสาหกิจ"),
    ],
)
def test_a_case_goes_to_its_unit(topic: str, agency: str | None, unit: str) -> None:
    assert _route(topic, agency).unit == unit


def test_no_case_goes_to_the_unit_it_complains_about() -> None:
    rules = _rules()
    for topic, chosen in rules.routes.items():
        for name, agency in rules.agencies.items():
            destination = _route(topic, name)
            lender_of_a_debt = topic == "debt" and agency.type in chosen.goes_to_named
            assert (destination.unit != name) is not lender_of_a_debt
            assert destination.unit in rules.agencies


def test_only_corruption_is_confidential() -> None:
    confidential = [topic for topic in _rules().routes if _route(topic, None).confidential]
    assert confidential == ["corruption"]


def test_a_reason_says_who_was_complained_about_and_who_looks_instead() -> None:
    because = _route("revenue_tax", "กรมสรรพากร").because
    assert "กรมสรรพากร" in because
    assert INTAKE in because


def test_people_are_told_where_to_go_when_it_is_not_the_ministrys_work() -> None:
    assert "opm.1111.go.th" in _route("outside_ministry", None).because


def test_praise_may_go_to_the_unit_it_names() -> None:
    rules = _rules()
    praised = rules.find_agency("ศูนย์บริการร่วม")
    destination = route(
        rules.routes["suggestion"], praised, rules.agencies, "{agency}{unit}", complains=False
    )
    assert destination.unit == JOINT_CENTRE


def test_every_agency_of_the_ministry_is_known() -> None:
    departments = [a for a in _rules().agencies.values() if a.type == AgencyType.department]
    assert len(departments) == 8


def test_the_topic_is_right_for_nine_in_ten_complaints() -> None:
    assert len(COMPLAINTS) >= 80
    proposals = [topics.propose(CaseKind.complaint, row["text"]) for row in COMPLAINTS]
    pairs = list(zip(COMPLAINTS, proposals, strict=True))
    right = [p.topics[0][0] == row["topic"] for row, p in pairs]
    among_three = [row["topic"] in dict(p.topics[:3]) for row, p in pairs]
    assert sum(right) / len(right) >= 0.9
    assert sum(among_three) / len(right) >= 0.97
    # What is given as nearly sure is right; what is wrong is never given as that.
    sure = [hit for hit, p in zip(right, proposals, strict=True) if p.topics[0][1] >= 0.9]
    assert len(sure) >= 40
    assert sum(sure) / len(sure) >= 0.97


@pytest.mark.parametrize("row", COMPLAINTS, ids=lambda row: row["text"][:20])
def test_the_agency_named_is_found(row: dict[str, str]) -> None:
    proposal = topics.propose(CaseKind.complaint, row["text"])
    # The office as a whole is heard in "กระทรวงการคลัง" too.
    assert proposal.agency == row["agency"] or (row["agency"], proposal.agency) == (None, OFFICE)


def test_corruption_is_offered_whenever_a_story_may_be_about_it() -> None:
    stories = [row["text"] for row in COMPLAINTS if row["topic"] == "corruption"]
    missed = [
        story
        for story in stories
        if "corruption" not in dict(topics.propose(CaseKind.complaint, story).shown)
    ]
    assert missed == []


def test_no_held_out_complaint_was_learnt() -> None:
    learnt = {example for r in _rules().routes.values() for example in r.examples}
    assert learnt & {row["text"] for row in COMPLAINTS} == set()


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        (CaseKind.corruption, "corruption"),
        (CaseKind.suggestion, "suggestion"),
        (CaseKind.compliment, "suggestion"),
    ],
)
def test_the_kind_decides_the_topic_where_it_says_all(kind: CaseKind, topic: str) -> None:
    proposal = topics.propose(kind, "ธนาคารออมสินไม่ยอมปรับโครงสร้างหนี้ให้")
    assert proposal.topics[0] == (topic, 1.0)
    assert proposal.agency == "ธนาคารออมสิน"


@pytest.mark.parametrize("text", ["", " ", "😀😀", "....", "ก" * 50_000, "<script>", "\x00", "123"])
def test_something_is_proposed_for_words_that_say_nothing(text: str) -> None:
    proposal = topics.propose(CaseKind.complaint, text)
    assert proposal.topics[0][1] < 0.9
    assert proposal.shown[-1][0] == "unknown"
    assert sum(chance for _, chance in proposal.topics) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("ด่านศุลกากรแม่สาย", "กรมศุลกากร"),
        ("ธอสไม่ให้กู้", "ธนาคารอาคารสงเคราะห์"),
        ("พนักงาน ธกส. พูดไม่ดี", "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร"),
        ("MYMO ของออมสินล่ม", "ธนาคารออมสิน"),
        ("กระทรวงการคลังปล่อยให้กรมศุลกากรทำแบบนี้", "กรมศุลกากร"),
        ("ศูนย์บริการร่วมกระทรวงการคลังปิดเร็ว", JOINT_CENTRE),
        ("องค์การสุรา กรมสรรพสามิต ส่งของช้า", "องค์การสุรา กรมสรรพสามิต"),
        ("หนี้ที่สหกรณ์", None),
        ("ไม่ได้ระบุว่าใคร", None),
    ],
)
def test_an_agency_is_known_by_the_name_people_use(text: str, agency: str | None) -> None:
    assert topics.propose(CaseKind.complaint, text).agency == agency


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        ("routes.yml", "goes_to: กรมธนารักษ์", "goes_to: กรมที่ไม่มี", "goes_to: กรมที่ไม่มี", "กรมที่ไม่มี"),
        ("routes.yml", "topic: pension", "topic: debt", "topic: debt", "twice"),
        ("routes.yml", "confidential: true", "confidential: false", None, "confidential"),
        ("routes.yml", "confidential: true", "confidential: maybe", "maybe", "boolean"),
        ("routes.yml", "urgency: normal", "urgency: slow", "urgency: slow", "urgent"),
        ("routes.yml", "  - topic: unknown", "  - topic: unclear", "routes:", "unknown"),
        ("routes.yml", "ถึง{agency}", "ถึง{agencies}", "reason_complained_about", "agencies"),
        ("routes.yml", "    name: บำเหน็จบำนาญ\n", "", "topic: pension", "name"),
        ("routes.yml", "    covers: บำเหน็จ", "    cover: บำเหน็จ", "cover:", "cover"),
        ("agencies.yml", "type: bank", "type: shop", "type: shop", "type"),
        ("agencies.yml", "above: ปลัดกระทรวงการคลัง", "above: นายก", "above: นายก", "นายก"),
        ("agencies.yml", "also: [ธนารักษ์,", "also: [สรรพากร,", None, "สรรพากร"),
        ("agencies.yml", "  - name: กรมธนารักษ์", "  - name: [", None, "YAML"),
        ("time_limits.yml", "amount: 3,", "amount: three,", "amount: three", "integer"),
        ("time_limits.yml", "amount: 3,", "amount: 0,", "amount: 0, unit: w", "at least 1"),
        ("time_limits.yml", "amount: 3,", "amount: -3,", "amount: -3", "0"),
        ("time_limits.yml", "unit: days", "unit: weeks", "unit: weeks", "unit"),
        ("time_limits.yml", "step: answer", "step: reply", "step: reply", "step"),
        ("time_limits.yml", "step: first_notice", "step: forward", "step: forward", "twice"),
        (
            "extra_holidays.yml",
            "added: []",
            "added: [{day: soon, name: x, source: y}]",
            "soon",
            "day",
        ),
        (
            "extra_holidays.yml",
            "removed: []",
            "removed:\n" + 2 * "- {day: 2027-04-16, name: x, source: y}\n",
            "2027-04-16",
            "twice",
        ),
        ("extra_holidays.yml", "removed: []", "removed: 5", "removed: 5", "list"),
        ("extra_holidays.yml", "added: []", "", None, "added"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_line_and_reason(
    tmp_path: Path, file: str, old: str, new: str, line: str | None, reason: str
) -> None:
    folder = _changed(tmp_path, file, old, new)
    with pytest.raises(WrongContent) as refused:
        load(folder)
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    told = []
    for mistake in refused.value.mistakes:
        path, number, words = mistake.removeprefix(f"{folder}/").split(":", 2)
        assert path == file
        told.append((lines[int(number) - 1], words))
    assert [words for at, words in told if reason in words and (line or "") in at]


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    folder = _changed(tmp_path, "routes.yml", "", "")
    (folder / "time_limits.yml").unlink()
    with pytest.raises(WrongContent, match=r"time_limits\.yml"):
        load(folder)


def test_the_check_command_tells_a_wrong_file_and_fails(tmp_path: Path) -> None:
    folder = _changed(tmp_path, "agencies.yml", "type: bank", "type: shop")
    for place, code in ((KNOWLEDGE, 0), (folder, 1)):
        command = [sys.executable, "-m", "api.cases.check", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == code
    assert "agencies.yml:" in done.stderr
    assert "Traceback" not in done.stderr


def _rules() -> Knowledge:
    return load(KNOWLEDGE)


def _route(topic: str, agency: str | None) -> Destination:
    rules = _rules()
    found = rules.find_agency(agency) if agency else None
    return route(rules.routes[topic], found, rules.agencies, rules.reason_complained_about)


def _changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for name in ("agencies.yml", "routes.yml", "time_limits.yml", "extra_holidays.yml"):
        shutil.copy(KNOWLEDGE / name, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder

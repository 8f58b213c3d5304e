"""Which files are kept, what they are called, and that nobody can read them on the disk."""

import io
import zipfile

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from api.conversations import files, service
from api.conversations.files import FileIsEmpty, FileKindNotAccepted, FileTooLarge
from api.conversations.models import Channel
from api.settings import get_settings

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
PDF = b"%PDF-1.7\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def office_file(part: str, *more: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("[Content_Types].xml", part, *more):
            archive.writestr(name, "<xml/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("รูป.png", PNG, "image/png"),
        ("PHOTO.JPG", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.heic", HEIC, "image/heic"),
        ("สัญญา.pdf", PDF, "application/pdf"),
        ("a.mp4", MP4, "video/mp4"),
        ("a.m4a", M4A, "audio/mp4"),
        ("a.docx", office_file("word/document.xml"), "wordprocessingml.document"),
        ("a.xlsx", office_file("xl/workbook.xml"), "spreadsheetml.sheet"),
    ],
)
def test_an_accepted_file_is_sealed_and_comes_back_whole(
    session: Session, conversation_id: str, name: str, content: bytes, media_type: str
) -> None:
    file = files.store(session, conversation_id, name, content)

    assert media_type in file.media_type
    assert (file.name, file.size) == (name, len(content))
    assert files.read(file) == content
    on_disk = list((get_settings().data_dir / "files").iterdir())
    assert [path.name for path in on_disk] == [file.id]
    assert content not in on_disk[0].read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.png", b"", FileIsEmpty),
        ("a.exe", b"MZ\x90\x00", FileKindNotAccepted),
        ("a.html", b"<html><script>", FileKindNotAccepted),
        ("a.svg", b"<svg onload='x'/>", FileKindNotAccepted),
        ("a.png", b"<html><script>", FileKindNotAccepted),
        ("a.png", JPEG, FileKindNotAccepted),
        ("a.pdf.exe", PDF, FileKindNotAccepted),
        ("a", PNG, FileKindNotAccepted),
        (".png", PNG, FileKindNotAccepted),
        ("a.png\x00.exe", PNG, FileKindNotAccepted),
        ("a.zip", office_file("evil.js"), FileKindNotAccepted),
        ("a.docx", office_file("evil.js"), FileKindNotAccepted),
        ("a.docx", office_file("xl/workbook.xml"), FileKindNotAccepted),
        ("a.docx", b"PK\x03\x04broken", FileKindNotAccepted),
        ("a.docm", office_file("word/document.xml"), FileKindNotAccepted),
        ("a.pdf", PDF + b"0" * 10_000_000, FileTooLarge),
    ],
)
def test_a_file_is_refused_with_a_sentence(
    session: Session, conversation_id: str, name: str, content: bytes, refusal: type
) -> None:
    with pytest.raises(refusal) as refused:
        files.store(session, conversation_id, name, content)

    assert "กรุณา" in refused.value.message
    assert not (get_settings().data_dir / "files").exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.png", "_.._etc_passwd.png"),
        ("a\u202egnp.exe.png", "a_gnp.exe.png"),
        ('x"\r\nSet-Cookie: a.png', "x___Set-Cookie_ a.png"),
        ("ก" * 500 + ".png", "ก" * 80 + ".png"),
    ],
)
def test_a_name_is_made_harmless(
    session: Session, conversation_id: str, name: str, kept: str
) -> None:
    assert files.store(session, conversation_id, name, PNG).name == kept


def test_a_file_does_not_open_when_it_was_put_in_the_place_of_another(
    session: Session, conversation_id: str
) -> None:
    first, second = (files.store(session, conversation_id, "a.png", PNG) for _ in range(2))
    folder = get_settings().data_dir / "files"
    (folder / first.id).write_bytes((folder / second.id).read_bytes())

    with pytest.raises(InvalidTag):
        files.read(first)
    assert files.read(second) == PNG


@pytest.fixture
def conversation_id(session: Session) -> str:
    return service.open_conversation(session, Channel.web, "visitor").id

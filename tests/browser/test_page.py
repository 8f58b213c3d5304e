"""How the page looks and reads: for everybody, on every screen, under its own strict rules."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.office import ROOT, Office
from tests.browser.test_widget import offer_consent, said_by, say

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = [(320, 640), (390, 844), (768, 1024), (1280, 800)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_on_the_page_and_in_a_talk(
    browser: Browser, office: Office, scheme: Literal["light", "dark"], width: int
) -> None:
    office.rasa.replies = offer_consent
    page = visit(browser, office, width, 800, color_scheme=scheme, reduced_motion="reduce")
    assert axe_violations(page) == []
    say(page, "สวัสดี")
    expect(said_by("bot", page)).to_have_count(1)
    page.get_by_role("button", name="ยินยอม", exact=True).click()
    expect(said_by("bot", page)).to_have_count(2)

    assert axe_violations(page) == []
    page.context.close()


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_nothing_is_wider_than_the_screen(
    browser: Browser, office: Office, width: int, height: int
) -> None:
    office.rasa.replies = lambda question: [
        {"text": "https://example.go.th/" + "ยาว" * 5 + "a" * 300, "buttons": []}
    ]
    page = visit(browser, office, width, height)
    assert overflow(page, "document.documentElement") == 0
    say(page, "ก" * 400 + " " + "w" * 400)
    expect(said_by("bot", page)).to_have_count(1)

    assert overflow(page, "document.documentElement") == 0
    assert overflow(page, "document.querySelector('[data-chat=log]')") == 0
    page.context.close()


def test_no_script_error_and_no_breach_of_the_content_rules_happens(
    browser: Browser, office: Office
) -> None:
    complaints: list[str] = []
    context = browser.new_context(locale="th-TH")
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(office.url)
    say(page, "สวัสดี")
    expect(said_by("bot", page)).to_have_count(1)

    assert complaints == []
    context.close()


def test_other_channels_are_named_when_scripts_are_off(browser: Browser, office: Office) -> None:
    page = visit(browser, office, 390, 844, java_script_enabled=False)

    expect(page.locator(".no-script")).to_be_visible()
    expect(page.get_by_role("link", name="1689 กด 1", exact=True)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    page.context.close()


def test_the_page_is_thai_and_its_font_comes_from_ourselves(page: Page, office: Office) -> None:
    assert page.locator("html").get_attribute("lang") == "th"
    assert page.evaluate(
        "document.fonts.ready.then(() => document.fonts.check('16px \"Plex Thai\"'))"
    )
    addresses = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in addresses if not address.startswith(office.url)] == []
    assert any("/fonts/" in address for address in addresses)


def visit(browser: Browser, office: Office, width: int, height: int, **options: Any) -> Page:
    context = browser.new_context(
        locale="th-TH", viewport={"width": width, "height": height}, **options
    )
    page = context.new_page()
    page.goto(office.url)
    return page


def axe_violations(page: Page) -> list[str]:
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page, element: str) -> int:
    return page.evaluate(f"{element}.scrollWidth - {element}.clientWidth")

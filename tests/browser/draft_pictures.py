"""Takes the pictures of the draft in docs/pictures/: `python -m tests.browser.draft_pictures`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bot.cli.replaying.performance import perform
from bot.cli.replaying.script import read_script
from bot.domain.record import Record
from bot.domain.timeline import Kind
from bot.drafting.press import press
from bot.drafting.printing.formats import printed
from bot.settings import Settings
from bot.wording import Wording
from tests.browser.browsing import found
from tests.drafting_records import Log, at

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
DEMO = ROOT / "sandbox" / "incidents" / "seed-4.yaml"


def story() -> Log:
    """An incident that was reopened a day later, told by four people."""
    log = Log(first=at("10:04"))
    log.declare("Checkout is down", at("10:00"), severity="sev1")
    log.add(Kind.DETECTED, "error rate alert on the checkout", at("10:04"), by="alert")
    log.add(
        Kind.IMPACT, "Carts could not be paid.", services=["checkout"], unaffected=["search"], percent=30,
        percent_text=None,
    )  # fmt: skip
    log.add(Kind.ACTION, "read the payment logs", at("10:07"), author_id="U2")
    wrong = log.add(Kind.HYPOTHESIS, "a flood of requests", at("10:10"), author_id="U2")
    log.add(Kind.RULED_OUT, "the referrers are clean, see #4", at("10:32"), hypothesis=wrong, author_id="U2")
    right = log.add(Kind.HYPOTHESIS, "the connection pool is too small", at("10:28"), author_id="U3")
    call = log.add(Kind.ESCALATED, "need a second pair of eyes", at("10:36"), to=["Data team"])
    log.add(Kind.ANSWERED, "", at("10:38"), escalation=call, author_id="U3")
    log.add(Kind.CONFIRMED, "200 sessions were waiting", at("10:44"), hypothesis=right, author_id="U3")
    log.add(Kind.MITIGATED, "half of the traffic moved away", at("10:50"))
    log.add(Kind.FIX, "raised the pool to 200", at("11:02"), author_id="U3")
    log.add(Kind.RESOLVED, "", at("11:10"))
    log.add(Kind.REOPENED, "errors are back", at("09:00", 1))
    log.add(Kind.ACTION, "rolled yesterday's release back", at("09:14", 1), author_id="U2")
    log.add(Kind.RESOLVED, "no errors for ten minutes", at("09:26", 1))
    log.add(Kind.CAUSE, "The checkout ran out of database connections.")
    log.add(Kind.CAUSE_DETAIL, "A release doubled the sessions of each worker. The pool had no room for them.")
    log.add(Kind.FIX_DETAIL, "The pool was raised, then the release taken back. Load tests passed afterwards.")
    log.add(Kind.IMPROVEMENT, "Releases that change connections are tested under load.")
    log.add(Kind.TASK, "Alert when the pool is 80% full", owner="ben", due="2024-04-02")
    log.add(Kind.TASK, "Add the pool to the load test", owner="Dana Wu", due="2024-04-09")
    log.add(Kind.TASK, "Write down how to move traffic away", owner="ana-oncall", due="2024-04-05")
    return log


def main() -> None:
    """The story above, and the incident that `make demo` plays."""
    played = asyncio.run(perform(read_script(DEMO))).record
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=found(), args=["--no-sandbox"])
        draw(browser, story().record(), "draft", "timeline-picture")
        draw(browser, played, "demo-draft", "demo-timeline-picture")
        browser.close()


def draw(browser: Any, record: Record, name: str, picture: str) -> None:
    """A draft in each form, the page as a desk and as a phone in the dark would show it."""
    import pypdfium2

    chosen, wording = Settings(), Wording()
    pressed = press(record, chosen, wording)
    (PICTURES / f"{picture}.png").write_bytes(printed(pressed, chosen, wording, "png"))
    with pypdfium2.PdfDocument(printed(pressed, chosen, wording, "pdf")) as document:
        sheet = document[0].render(scale=1.1).to_pil()
    sheet.quantize(64).save(PICTURES / f"{name}-pdf.png", optimize=True)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "draft.html"
        page.write_bytes(printed(pressed, chosen, wording, "html"))
        for size, wide, high, scheme in (("page", 1280, 1000, "light"), ("phone", 390, 844, "dark")):
            seen = browser.new_page(viewport={"width": wide, "height": high}, color_scheme=scheme)
            seen.goto(page.as_uri())
            if wide > 1000:
                seen.hover(".ref >> nth=5")
            seen.screenshot(path=PICTURES / f"{name}-{size}.png")


if __name__ == "__main__":
    main()

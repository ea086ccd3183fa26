"""Takes the pictures in docs/pictures/ while the tests' incident is played: `python -m tests.browser.pictures`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.browser.browsing import WANTED, browser, found
from tests.browser.incident import (
    STEPS,
    Scene,
    declares,
    draft_is_there,
    everybody_hears,
    is_asked,
    looks_back,
    scene,
)

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = {"width": 1120, "height": 720}


async def take(stage: Scene, folder: Path, name: str) -> None:
    """One picture, once all that moves has come to rest."""
    await stage.rig.quiet()
    await stage.view.mouse.move(4, 500)
    await stage.view.evaluate("() => document.fonts.ready")
    await stage.view.wait_for_timeout(400)
    await stage.view.screenshot(path=folder / f"{name}.png", animations="disabled")


async def card(stage: Scene, folder: Path) -> None:
    """The card with what goes on below it."""
    await stage.rig.quiet()
    await stage.card.evaluate("node => node.scrollIntoView({ block: 'start' })")
    await take(stage, folder, "card")


async def home(stage: Scene, folder: Path) -> None:
    """Ana's home, where the app has one."""
    if not stage.rig.ws.manifest.home_tab:
        sys.stderr.write("the app has no home; home.png is left as it is\n")
        return
    channel = await stage.view.evaluate("() => location.hash")
    await stage.view.locator("#side .entry").filter(has_text="Tocsin").click()
    await stage.view.locator(".home .block").first.wait_for()
    await take(stage, folder, "home")
    await stage.view.evaluate("hash => { location.hash = hash }", channel)


async def main(folder: Path) -> None:
    """Play it once, and take each picture when its step is done."""
    with tempfile.TemporaryDirectory() as kept:
        async with browser() as made, scene(made, Path(kept), [], viewport=SIZE, device_scale_factor=1.5) as stage:
            for step in STEPS:
                await step(stage)
                await stage.rest()
                if step is declares:
                    await take(stage, folder, "declare")
                elif step is everybody_hears:
                    await card(stage, folder)
                    await home(stage, folder)
                elif step is looks_back:
                    await take(stage, folder, "timeline")
                elif step is is_asked:
                    await take(stage, folder, "resolve")
                elif step is draft_is_there:
                    await take(stage, folder, "draft")


if __name__ == "__main__":
    if found() is None:
        sys.exit(WANTED)
    PICTURES.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(PICTURES))

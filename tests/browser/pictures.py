"""Takes the pictures in docs/pictures/ while the tests' incident is played: `python -m tests.browser.pictures`."""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from tests.browser.browsing import WANTED, browser, found
from tests.browser.incident import (
    ROOM,
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
SIZE = {"width": 1120, "height": 800}


async def take(stage: Scene, folder: Path, name: str) -> None:
    """One picture, once all that moves has come to rest."""
    await stage.rig.quiet()
    await stage.view.mouse.move(4, 500)
    await stage.view.evaluate("() => document.fonts.ready")
    await stage.view.wait_for_timeout(400)
    taken = io.BytesIO(await stage.view.screenshot(animations="disabled"))
    # 256 colours are enough for a page of words, and take less than half of the room.
    Image.open(taken).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(folder / f"{name}.png", optimize=True)


async def from_its_top(stage: Scene, folder: Path, name: str, message: Any) -> None:
    """A message from its first line on, with what goes on below it."""
    await stage.rig.quiet()
    await message.evaluate("node => node.scrollIntoView({ block: 'start' })")
    await take(stage, folder, name)


async def home(stage: Scene, folder: Path) -> None:
    """Ana's home, where the app has one."""
    if not stage.rig.ws.manifest.home_tab:
        sys.stderr.write("the app has no home; home.png is left as it is\n")
        return
    await stage.view.locator("#side .entry").filter(has_text="Tocsin").click()
    await stage.view.locator(".home .block").first.wait_for()
    await take(stage, folder, "home")
    await stage.open(ROOM)


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
                    await from_its_top(stage, folder, "card", stage.card)
                    await home(stage, folder)
                elif step is looks_back:
                    await from_its_top(stage, folder, "timeline", stage.message("entries"))
                elif step is is_asked:
                    await take(stage, folder, "resolve")
                elif step is draft_is_there:
                    await take(stage, folder, "draft")


if __name__ == "__main__":
    if found() is None:
        sys.exit(WANTED)
    PICTURES.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(PICTURES))

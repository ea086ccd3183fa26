"""`tocsin play`: a workspace in the browser with the bot in it, to try everything by hand; knows no event."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.app import Tocsin
    from bot.settings import Settings
    from sandbox import Workspace
    from sandbox.page import Notebook, Page

KEPT = Path("out/play")
PORT = 8484
WORKSPACE, DATABASE = "workspace.json", "tocsin.db"

#: Who is there at the first start: handle, name, zone.
PEOPLE = (
    ("ana", "Ana Reyes", "America/Los_Angeles"),
    ("ben", "Ben Okafor", "America/New_York"),
    ("chloe", "Chloé Martin", "Europe/Paris"),
    ("dev", "Dev Patel", "Asia/Kolkata"),
)
CHANNELS = ("ops", "incidents", "random")
ALERT = ":rotating_light: checkout: error rate 7.4 % (threshold 1 %) for 5 min, pool `checkout-db` at 100 %"


def play(
    port: Annotated[int, typer.Option(help="Where the page listens, on 127.0.0.1; 0 takes a free port.")] = PORT,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was kept, and begin anew.")] = False,
    data: Annotated[
        Path, typer.Option(help="The folder in which the workspace and the bot's database are kept.")
    ] = KEPT,
) -> None:
    """Try the bot by hand: a workspace that stands in for Slack, in the browser, with four people to be.

    Needs no settings, no tokens and no network, and touches no database but its own; tocsin.toml and .env are not
    read. Prints the page's address and stays until Ctrl-C; the next start goes on where this one ended. Ends with 2 if
    the port is taken or what was kept cannot be read, with 3 if another one plays in the same folder.
    """
    from bot.cli import logs
    from storage.locks import FileLock

    logs.set_up("error", "text")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(data / WORKSPACE).acquire():
        if fresh or not (data / WORKSPACE).exists():
            # One without the other is of no use: the database names channels by their ids.
            for name in (WORKSPACE, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
                (data / name).unlink(missing_ok=True)
        asyncio.run(_play(data, port, browser=browser))


async def _play(folder: Path, port: int, *, browser: bool) -> None:
    import webbrowser

    from bot.cli.replaying.stage import MANIFEST
    from sandbox import Workspace
    from sandbox.page import Marks, Notebook, Page

    stopping = _stopping()
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(Workspace(MANIFEST))
        marks = Marks()
        notebook = Notebook(folder / WORKSPACE, workspace, marks)
        if not _taken_up(notebook):
            await _settle(workspace)
        settings = _settings(workspace, folder)
        bot = _bot(settings)
        stack.push_async_callback(bot.stop)
        await bot.start()
        await notebook.start()
        stack.push_async_callback(notebook.stop)
        page = Page(workspace, port, favourites=list(settings.marks), marks=marks)
        await _open(page, stack, port)
        typer.echo(f"{page.url}  the workspace, kept in {folder}; Ctrl-C ends it")
        if browser:
            await asyncio.to_thread(webbrowser.open, page.url)
        await stopping.wait()


def _stopping() -> asyncio.Event:
    import signal

    asked = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, asked.set)
    return asked


def _taken_up(notebook: Notebook) -> bool:
    from bot.cli.outcome import WRONG, Stop
    from sandbox.keeping import NotKept

    try:
        return notebook.read()
    except NotKept as fault:
        raise Stop(WRONG, f"what was kept cannot be read; --fresh begins anew. {fault}") from None


async def _settle(workspace: Workspace) -> None:
    """Four people, three channels, and an alert to begin with."""
    for handle, name, zone in PEOPLE:
        workspace.add_person(handle, name=name, tz=zone)
    pager = workspace.add_person("pager", name="Pager", bot=True)
    handles = [handle for handle, _, _ in PEOPLE]
    workspace.add_group("dba", ["dev"], "Database team")
    rooms = {name: await workspace.add_channel(name, members=[*handles, "pager"]) for name in CHANNELS}
    rooms["incidents"].members[workspace.bot_user_id] = None
    await pager.posts_by_webhook(rooms["ops"], ALERT)


def _settings(workspace: Workspace, folder: Path) -> Settings:
    from bot.settings import Secret, Settings

    return Settings(
        slack_bot_token=Secret(workspace.bot_token),
        slack_app_token=Secret(workspace.app_token),
        slack_api_url=workspace.api_url,
        database_url=f"sqlite+aiosqlite:///{folder / DATABASE}",
        data_dir=folder,
        announce_channel="#incidents",
    )


def _bot(settings: Settings) -> Tocsin:
    from bot.app import Tocsin

    return Tocsin(settings)


async def _open(page: Page, stack: AsyncExitStack, port: int) -> None:
    from bot.cli.outcome import WRONG, Stop

    try:
        await stack.enter_async_context(page)
    except OSError as fault:
        raise Stop(WRONG, f"port {port} cannot be used ({fault.strerror}); another: tocsin play --port 0") from None

"""One file at a time committed and pushed to a git repository, by git itself. Knows not what is in the file."""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import timedelta
from pathlib import Path

#: Whose commits they are; a repository's own settings do not apply, as it is cloned anew wherever the bot runs.
_AUTHOR = ("-c", "user.name=Tocsin", "-c", "user.email=tocsin@localhost", "-c", "commit.gpgSign=false")
#: What a repository without any branch gets.
_FIRST_BRANCH = "main"


class GitFailed(Exception):
    """Git refused or could not be run. What it said is left out: it may hold an address with a name in it."""


class Repository:
    """A repository at an `address`, kept as a clone in `place`. One process uses a place at a time."""

    def __init__(self, address: str, place: Path, timeout: timedelta) -> None:
        self._address, self._place, self._timeout = address, place, timeout

    async def commit(self, name: str, text: str, message: str) -> bool:
        """Commit a file with this text and push it; False where the repository has it already. Raises GitFailed."""
        try:
            return await self._commit(name, text, message)
        except BaseException:
            # Whatever state it was left in (a lock, half a fetch), the next attempt begins with a clone of its own.
            await asyncio.to_thread(shutil.rmtree, self._place, ignore_errors=True)
            raise

    async def _commit(self, name: str, text: str, message: str) -> bool:
        branch = await self._fresh()
        await asyncio.to_thread(_write, self._place / name, text)
        await self._git("add", "--", name)
        if not await self._git("status", "--porcelain", "--", name):
            return False
        await self._git(*_AUTHOR, "commit", "--quiet", "-m", message, "--", name)
        await self._git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return True

    async def _fresh(self) -> str:
        """The clone as the repository stands now; the branch that is committed to, whose name is theirs to choose."""
        await asyncio.to_thread(self._place.mkdir, parents=True, exist_ok=True)
        await self._git("init", "--quiet", f"--initial-branch={_FIRST_BRANCH}")
        await self._git("config", "remote.origin.url", self._address)
        branch = await self._branch()
        if branch is None:
            return _FIRST_BRANCH
        await self._git("fetch", "--quiet", "--depth=1", "origin", f"refs/heads/{branch}")
        await self._git("reset", "--quiet", "--hard", "FETCH_HEAD")
        return branch

    async def _branch(self) -> str | None:
        """The repository's own first branch; None where it has none yet."""
        lines = (await self._git("ls-remote", "--symref", "origin", "HEAD")).splitlines()
        if all(line.startswith("ref: ") for line in lines):
            return None  # newer servers name the branch before there is one
        named = [line.removeprefix("ref: refs/heads/") for line in lines if line.startswith("ref: refs/heads/")]
        return named[0].split("\t")[0] if named else None

    async def _git(self, *arguments: str) -> str:
        # A password prompt would wait for somebody who is not there.
        environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}
        try:
            process = await asyncio.create_subprocess_exec(
                "git",
                *arguments,
                cwd=self._place,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as fault:
            raise GitFailed(f"git cannot be run: {type(fault).__name__}") from None
        try:
            said, _ = await asyncio.wait_for(process.communicate(), self._timeout.total_seconds())
        except BaseException:
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            verb = next(one for one in arguments if one.isalpha() or "-" in one[1:])
            raise GitFailed(f"git {verb} ended with {process.returncode}")
        return said.decode(errors="replace")


def _write(path: Path, text: str) -> None:
    # Whoever writes to the repository may have put a link there, which would lead to any file of ours.
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")

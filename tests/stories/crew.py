"""One neighbourhood on PostgreSQL, its bot spread over processes of their own."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from story import Town

PATIENCE_S = 60.0
"""Processes are slow to start where others start at the same time."""
_LOOK_EVERY_S = 0.05
T = TypeVar("T")


class Member:
    """One process of the bot, with a log of its own."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.process = process
        self._log = log

    def said(self) -> str:
        """What it has logged."""
        return self._log.read_text("utf-8")

    def leads(self, part: str) -> bool:
        """Whether it leads a part, and lives."""
        told = [json.loads(line) for line in self.said().splitlines() if line.startswith("{")]
        events = [one["event"] for one in told if one.get("part") == part]
        return self.process.returncode is None and events[-1:] == ["leading"]

    async def end(self, how: signal.Signals) -> int:
        """End it; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), PATIENCE_S)


class Crew(Town):
    """The chat server, a database on PostgreSQL, and as many processes of the bot as are called up."""

    def __init__(self, *, folder: Path, database_url: str, **settings: str) -> None:
        super().__init__(folder=folder, database_url=database_url, **settings)
        self.database_url = database_url
        self.members: list[Member] = []

    @classmethod
    @asynccontextmanager
    async def gathered(cls, *, folder: Path, database_url: str, **settings: str) -> AsyncIterator["Crew"]:
        """Nobody is at work yet; whoever is at the end must stop cleanly."""
        crew = cls(folder=folder, database_url=database_url, **settings)
        try:
            await crew._open()
            yield crew
            assert await crew.malformed() == []
        except AssertionError as error:
            for member in crew.members:
                error.add_note(f"--- {member.name}\n{member.said()[-1500:]}")
            raise
        finally:
            working = [member for member in crew.members if member.process.returncode is None]
            codes = await asyncio.gather(*(member.end(signal.SIGTERM) for member in working), return_exceptions=True)
            for member in crew.members:
                if member.process.returncode is None:
                    await member.end(signal.SIGKILL)
            await crew.close()
            assert set(codes) <= {0}, codes

    async def call_up(self, name: str, *roles: str, **settings: str) -> Member:
        """Start a process with these roles."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                *(f"--role={role}" for role in roles),
                cwd=self.folder,
                env=os.environ | self.settings | {f"JINLIN_{key}": value for key, value in settings.items()},
                stdout=file,
                stderr=file,
            )
        member = Member(name, process, log)
        self.members.append(member)
        return member

    async def leader(self, part: str, *, but: Member | None = None) -> Member:
        """Who leads a part, as soon as somebody does."""

        def leaders() -> list[Member]:
            return [member for member in self.members if member is not but and member.leads(part)]

        return (await self._see(leaders, f"a leader of the {part}"))[-1]

    async def _see(self, look: Callable[[], T], what: str) -> T:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    found = look()
                    if found:
                        return found
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}") from None

    async def at_work(self) -> None:
        """Everybody has begun."""
        for member in self.members:
            await self._see(lambda member=member: '"running"' in member.said(), f"{member.name} at work")

    async def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return [tuple(row) for row in await connection.fetch(sql, *values)]
        finally:
            await connection.close()

    async def until(self, sql: str, wanted: Any, *, seconds: float = PATIENCE_S) -> None:
        """Look until the one value is so (or a callable says so)."""
        found = None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    ((found,),) = await self.rows(sql)
                    if wanted(found) if callable(wanted) else found == wanted:
                        return
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            raise AssertionError(f"{sql}: {found}, not {wanted}") from None

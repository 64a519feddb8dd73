"""The demo as processes: chat server and bot end together, however one of them ends; its token is its own."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0


@asynccontextmanager
async def demo(folder: Path, port: int = 0) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """`jinlin demo` in a folder of its own: the page's address, and its process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", str(port)),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while b"/phones" not in (line := await process.stdout.readline()):
                assert line, "the demo did not start"
        yield line.decode().split("Open ")[1].strip().removesuffix("/phones"), process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def chat_server(folder: Path) -> int:
    """The process id of the chat server that runs there."""
    for one in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"webchat" in (one / "cmdline").read_bytes() and (one / "cwd").readlink() == folder:
                return int(one.name)
    raise LookupError(folder)


async def nobody_answers(url: str) -> None:
    """Wait until nobody listens there any more."""
    async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
        with contextlib.suppress(aiohttp.ClientError):
            while True:
                async with session.get(f"{url}/control/changes?wait=5") as answer:
                    await answer.read()


async def test_a_killed_demo_leaves_no_chat_server_behind(tmp_path: Path) -> None:
    """So that the next one finds its port free, and goes on with the same token."""
    async with demo(tmp_path) as (url, process):
        token = (tmp_path / "data/demo/token").read_text()
        process.kill()
        await nobody_answers(url)

    async with (
        demo(tmp_path, int(url.rpartition(":")[2])) as (again, _),
        aiohttp.ClientSession() as session,
        session.get(f"{again}/bot{token}/getMe") as answer,
    ):
        status = answer.status

    assert (again, status) == (url, 200)


async def test_a_killed_chat_server_ends_the_demo_in_one_sentence(tmp_path: Path) -> None:
    """With exit code 1, and without a traceback."""
    async with demo(tmp_path) as (_, process):
        os.kill(chat_server(tmp_path), signal.SIGKILL)
        _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)

    assert process.returncode == 1
    assert errors.decode().splitlines()[-1].startswith("jinlin: the chat server has ended")
    assert b"Traceback" not in errors


async def test_the_demos_token_cannot_be_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn once for each folder, for its owner's eyes."""
    from bot import demo as the_demo

    tokens = []
    for name in ("one", "other", "one"):
        (tmp_path / name / "data/demo").mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(tmp_path / name)
        tokens.append(the_demo.token())

    assert tokens[0] == tokens[2] != tokens[1]
    assert min(len(one) for one in tokens) > 30
    assert (tmp_path / "one/data/demo/token").stat().st_mode & 0o077 == 0

"""webchat as a process of its own."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


async def started(*arguments: str, files: int = 0) -> asyncio.subprocess.Process:
    """webchat with these arguments; it may open that many files, as many as usual with 0."""
    limit = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"] if files else []
    return await asyncio.create_subprocess_exec(
        *limit,
        sys.executable,
        "-m",
        "webchat",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(*arguments: str, files: int = 0) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A webchat that listens: its address and process; it must stop cleanly unless it was killed."""
    process = await started("--port", "0", *arguments, files=files)
    line = (await asyncio.wait_for(process.stdout.readline(), 10)).decode()
    assert line.startswith("webchat http://127.0.0.1:")
    try:
        yield line.split()[1], process
    finally:
        killed = process.returncode == -signal.SIGKILL
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 5)
    assert killed or process.returncode == 0
    assert errors == b""

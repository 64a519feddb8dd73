"""Bytes on the wire: requests that no library would send."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

REQUEST = b"POST /bot1:local/getMe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Send."""
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self, within: float = 5) -> tuple[int, bytes]:
        """Status and body of the answer; (0, b"") when the connection ends without one."""
        async with asyncio.timeout(within):
            try:
                head = await self._reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                body = await self._reader.readexactly(int(length[1]) if length else 0)
            except (ConnectionError, asyncio.IncompleteReadError):
                return 0, b""
        return int(head.split(b" ")[1]), body


@contextlib.asynccontextmanager
async def wire(url: str) -> AsyncIterator[Wire]:
    """An open connection; it is broken off in the end."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    yield Wire(reader, writer)
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def ask(url: str, data: bytes) -> tuple[int, bytes]:
    """Send these bytes; what is answered."""
    async with wire(url) as one:
        await one.send(data)
        return await one.answer()

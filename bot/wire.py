"""HTTP/1.1 as the Bot API needs it: POST alone, over connections that stay open, parsed by httptools."""

import asyncio
import secrets
import ssl
from collections import deque
from collections.abc import Mapping
from urllib.parse import urlsplit

import httptools

_STAYS_OPEN_S = 60.0
"""What has been idle for longer is not used again: somebody on the way may have forgotten it."""


class Lost(Exception):
    """No connection, or it ended without a whole answer; the message is the kind of trouble, never an address."""


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.open = False
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def post(self, request: bytes, seconds: float) -> asyncio.Future[tuple[int, bytes]]:
        """Ask; status and body. Raises Lost, TimeoutError."""
        loop = asyncio.get_running_loop()
        self._body = []
        self._answer = answer = loop.create_future()
        self._timer = loop.call_later(seconds, self._end, TimeoutError())
        if self._transport is not None:
            self._transport.write(request)
        return answer

    def drop(self) -> None:
        """Never use it again."""
        self.open = False
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()

    def _end(self, error: Exception) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(error)
        self.drop()

    # ---- asyncio calls these

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a stream's is one
        """It is open."""
        self._transport, self.open = transport, True

    def data_received(self, data: bytes) -> None:
        """Some of the answer."""
        if self._answer is None:  # nothing was asked
            self.drop()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._end(Lost(type(error).__name__))

    def connection_lost(self, _: Exception | None) -> None:
        """It is closed, by whomever."""
        self._end(Lost("ServerDisconnected"))

    # ---- the parser calls these

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        parser, answer = self._parser, self._answer
        if answer is None or parser.get_status_code() < 200:
            return
        self._answer = None
        if self._timer is not None:
            self._timer.cancel()
        self.open = self.open and parser.should_keep_alive()
        if not answer.done():
            answer.set_result((parser.get_status_code(), b"".join(self._body)))


class Wire:
    """Connections to one server; as many as are asked at once, and each is used again."""

    def __init__(self, url: str) -> None:
        """`url`: scheme, host, port; what follows the host is left to `post`."""
        parts = urlsplit(url)
        self._host, self._secure = parts.hostname or "", parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._says = f" HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\nContent-Type: "
        self._context: ssl.SSLContext | None = None
        self._idle: deque[_Connection] = deque()

    async def post(self, path: str, body: bytes, *, kind: str, seconds: float) -> tuple[int, bytes]:
        """Status and body of the answer, within so many seconds. Raises Lost, TimeoutError."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        request = f"POST {path}{self._says}{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        connection = self._take() or await self._connect(seconds)
        whole = False
        try:
            answer = await connection.post(request, end - loop.time())
            whole = True
            return answer
        finally:
            if whole and connection.open:
                connection.idle_since = loop.time()
                self._idle.append(connection)
            else:
                connection.drop()

    def _take(self) -> _Connection | None:
        """One that was used lately."""
        while self._idle:
            connection = self._idle.pop()
            if connection.open and asyncio.get_running_loop().time() - connection.idle_since < _STAYS_OPEN_S:
                return connection
            connection.drop()
        return None

    async def _connect(self, seconds: float) -> _Connection:
        if self._secure and self._context is None:
            self._context = ssl.create_default_context()
        try:
            async with asyncio.timeout(seconds):
                _, connection = await asyncio.get_running_loop().create_connection(
                    _Connection, self._host, self._port, ssl=self._context
                )
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as error:  # the latter of a name that no host can have
            raise Lost(type(error).__name__) from None
        return connection

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().drop()
        await asyncio.sleep(0)


def form_of(fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    """Fields and files (name and content) as multipart/form-data: the body, and what kind of body it is."""
    mark = secrets.token_hex(16)
    parts = [f'form-data; name="{_quoted(name)}"\r\n\r\n'.encode() + value.encode() for name, value in fields.items()]
    parts += [
        f'form-data; name="{_quoted(name)}"; filename="{_quoted(filename)}"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        for name, (filename, content) in files.items()
    ]
    body = b"".join(f"--{mark}\r\nContent-Disposition: ".encode() + part + b"\r\n" for part in parts)
    return body + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def _quoted(name: str) -> str:
    """A name inside a header's quotes, as browsers write it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")

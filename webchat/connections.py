"""Connections: how many there may be, how long a request may take to come in, how long its head may be.

uvicorn's own ``limit_concurrency`` refuses everybody once it is reached, those too who were there before; and it waits
for ever for the rest of a request.
"""

import asyncio
import resource
from http import HTTPStatus

from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 2_000
SPARE_FILES = 200  # for the store, and for connections that are still being refused
AT_ONCE = 32  # connections taken in before the first of them is looked at
QUEUE = 1_024  # connections that wait in the system to be taken in
HEAD_LIMIT = 64 * 1024  # bytes
REQUEST_WITHIN = 30.0  # seconds until a request must be complete

FULL = "there are too many connections; try again later"
LONG_HEAD = f"the head of the request has more than {HEAD_LIMIT} bytes"
LATE = f"the request was not complete within {REQUEST_WITHIN:.0f} seconds"


def room() -> int:
    """How many connections there may be; the files this process may open are raised to that where it is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST + SPARE_FILES
    if hard != resource.RLIM_INFINITY:
        files = min(files, hard)
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(files - SPARE_FILES, 1)


class Connection(HttpToolsProtocol):
    """uvicorn's, but ``limit_concurrency`` is the number of connections beyond which new ones are refused."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a stream's is one
        """Somebody is there."""
        super().connection_made(transport)
        most, self.limit_concurrency = self.limit_concurrency or MOST, None
        self._head: int | None = 0  # bytes of it so far; None once it is complete
        self._late: asyncio.TimerHandle | None = None
        if len(self.connections) > most:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, FULL)
        else:
            self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody is gone."""
        self._request_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some of a request."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > HEAD_LIMIT:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, LONG_HEAD)

    # ---- the parser calls these

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head = 0
        self._expect_request()

    def on_headers_complete(self) -> None:
        """Its head is there; one that came in one piece is measured only now."""
        self._head = None
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_LIMIT:
            self.app = PlainTextResponse(LONG_HEAD, 431, {"connection": "close"})
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._request_came()
        super().on_message_complete()

    # ---- trouble

    def _expect_request(self) -> None:
        self._request_came()
        self._late = self.loop.call_later(REQUEST_WITHIN, self._is_late)

    def _request_came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _is_late(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, LATE)
        else:
            self.transport.abort()  # whoever reads the body is told that nobody is there any more

    def _refuse(self, status: HTTPStatus, words: str) -> None:
        head = f"HTTP/1.1 {status} {status.phrase}\r\nconnection: close\r\ncontent-type: text/plain\r\n"
        self.transport.write(f"{head}content-length: {len(words)}\r\n\r\n{words}".encode())
        self.transport.close()

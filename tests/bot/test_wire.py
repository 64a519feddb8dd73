"""HTTP as the Bot API needs it: connections are kept, and whatever is not a whole answer is worth another try."""

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.transport import Transport, Unreachable

OK = b'{"ok":true,"result":7}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(OK), OK)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%s\r\n11\r\n%s\r\n0\r\n\r\n" % (OK[:5], OK[5:])


class Server:
    """Answers each request with the next of `answers`; None closes the connection."""

    def __init__(self, *answers: bytes | None, closes: bool = False) -> None:
        self.answers = list(answers)
        self.closes = closes
        self.connections = 0
        self.asked: list[bytes] = []
        self.is_asked = asyncio.Event()
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.asked.append(head + await reader.readexactly(length))
                self.is_asked.set()
                answer = self.answers.pop(0)
                if answer is None:
                    break
                for byte in range(0, len(answer), 7):  # in pieces, as networks do
                    writer.write(answer[byte : byte + 7])
                    await writer.drain()
                if self.closes:
                    break
        writer.close()


@contextlib.asynccontextmanager
async def started(server: Server, context: ssl.SSLContext | None = None) -> AsyncIterator[Transport]:
    """A way to a running server."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    port = listening.sockets[0].getsockname()[1]
    transport = Transport(api_url=f"http{'s' if context else ''}://127.0.0.1:{port}/prefix/", token="1:test")
    try:
        yield transport
    finally:
        await transport.close()
        listening.close()
        for writer in server.writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def test_one_connection_serves_one_request_after_another() -> None:
    server = Server(WHOLE, CHUNKED, WHOLE)

    async with started(server) as transport:
        results = [await transport.call("getMe", {"n": number}) for number in range(3)]

    assert (results, server.connections) == ([7, 7, 7], 1)
    assert server.asked[1].startswith(b"POST /prefix/bot1:test/getMe HTTP/1.1\r\nHost: 127.0.0.1:")
    assert server.asked[1].endswith(b'Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{"n":1}')


async def test_what_is_asked_at_once_is_asked_on_connections_of_their_own() -> None:
    server = Server(WHOLE, WHOLE, WHOLE)

    async with started(server) as transport:
        await asyncio.gather(*(transport.call("getMe", {}) for _ in range(3)))

    assert server.connections == 3


async def test_a_connection_that_the_server_will_close_is_replaced() -> None:
    server = Server(WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), WHOLE, closes=True)

    async with started(server) as transport:
        results = [await transport.call("getMe", {}) for _ in range(2)]

    assert (results, server.connections) == ([7, 7], 2)


@pytest.mark.parametrize("answer", [None, WHOLE[:-1], b"not HTTP at all\r\n\r\n", CHUNKED[:-9]])
async def test_what_is_not_a_whole_answer_is_worth_another_try(answer: bytes | None) -> None:
    server = Server(answer, WHOLE, closes=True)

    async with started(server) as transport:
        with pytest.raises(Unreachable):
            await transport.call("sendMessage", {})

        assert await transport.call("sendMessage", {}) == 7


async def test_no_answer_in_time_is_worth_another_try_on_another_connection() -> None:
    server = Server(b"", WHOLE)

    async with started(server) as transport:
        with pytest.raises(Unreachable, match="TimeoutError"):
            await transport.call("sendMessage", {}, seconds=0.01)
        await transport.call("sendMessage", {})

    assert server.connections == 2


async def test_an_answer_that_nobody_waits_for_any_more_is_not_taken_for_the_next_ones() -> None:
    server = Server(b"", WHOLE)

    async with started(server) as transport:
        asking = asyncio.create_task(transport.call("getUpdates", {}))
        await server.is_asked.wait()
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking

        assert await transport.call("sendMessage", {}) == 7
    assert server.connections == 2


async def test_where_nobody_listens_the_error_tells_no_address() -> None:
    transport = Transport(api_url="http://127.0.0.1:9", token="1:secret")

    with pytest.raises(Unreachable, match=r"^ConnectionRefusedError$"):
        await transport.call("getMe", {})


@pytest.mark.parametrize("name", ["chart.png", '图"\r\nX: 1.png'])
async def test_a_file_arrives_as_it_is(name: str) -> None:
    arrived: dict[str, object] = {}

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        photo = form["photo"]
        assert isinstance(photo, web.FileField)
        arrived.update(chat_id=form["chat_id"], markup=form["reply_markup"], photo=photo.file.read())
        return web.json_response({"ok": True, "result": True})

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    transport = Transport(api_url=f"http://127.0.0.1:{runner.addresses[0][1]}", token="1:test")
    content = bytes(range(256)) * 9

    await transport.call("sendPhoto", {"chat_id": 5, "reply_markup": {"a": "好"}}, files={"photo": (name, content)})

    assert arrived == {"chat_id": "5", "markup": '{"a":"好"}', "photo": content}
    await transport.close()
    await runner.cleanup()


async def test_a_server_that_cannot_prove_who_it_is_is_told_nothing(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "both.pem").write_bytes(certificate + private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    server = Server(WHOLE)

    async with started(server, context) as transport:
        with pytest.raises(Unreachable, match="SSLCertVerificationError"):
            await transport.call("sendMessage", {"text": "private"})

    assert server.asked == []

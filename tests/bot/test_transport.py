"""What the Bot API answers, and what is no answer of it at all."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.transport import ApiError, Rejected, TooMany, Transport, Unreachable


class Answers:
    """A server that answers whatever it is told to."""

    def __init__(self) -> None:
        self.status, self.body = 200, b""

    async def handle(self, _: web.Request) -> web.Response:
        return web.Response(status=self.status, body=self.body, content_type="application/json")


@pytest.fixture
async def answers() -> Answers:
    return Answers()


@pytest.fixture
async def transport(answers: Answers) -> AsyncIterator[Transport]:
    app = web.Application()
    app.router.add_post("/{path:.*}", answers.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made = Transport(api_url=f"http://127.0.0.1:{runner.addresses[0][1]}", token="1:test")
    yield made
    await made.close()
    await runner.cleanup()


async def test_a_result_is_given_as_it_is(transport: Transport, answers: Answers) -> None:
    answers.body = b'{"ok":true,"result":null}'

    assert await transport.call("getMe", {}) is None


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>nginx</html>", b"null", b"[]", b'"soon"', b"{}", b'{"ok":true}', b'{"ok":false,"parameters":7}'],
)
async def test_what_is_no_answer_of_the_bot_api_is_worth_another_try(
    transport: Transport, answers: Answers, status: int, body: bytes
) -> None:
    answers.status, answers.body = status, body

    with pytest.raises(Unreachable):
        await transport.call("sendMessage", {})


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, b'{"ok":false,"parameters":{"retry_after":"soon"}}', TooMany),
        (429, b'{"ok":false,"parameters":[]}', TooMany),
        (400, b'{"ok":false,"description":["x"],"parameters":null}', Rejected),
    ],
)
async def test_an_odd_detail_of_an_answer_changes_nothing_of_its_kind(
    transport: Transport, answers: Answers, status: int, body: bytes, kind: type[ApiError]
) -> None:
    answers.status, answers.body = status, body

    with pytest.raises(kind):
        await transport.call("sendMessage", {})

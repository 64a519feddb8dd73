"""The address by which the page moves the demo's clock or begins anew: nobody but the chat server uses it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urljoin

import aiohttp
import pytest
from aiohttp import web

from bot import demo_clock
from bot.clock import DemoClock
from storage.database import Database

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ADVANCE = b'{"advance": 3600}'


class Page:
    """The chat server's part: it keeps the address it is told, and asks there."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.url = ""
        self.began_anew = 0

    def begin_anew(self) -> None:
        """What the demo would do."""
        self.began_anew += 1

    async def told(self, request: web.Request) -> web.Response:
        """The demo tells its address."""
        self.url = (await request.json())["url"]
        return web.json_response({})

    async def ask(self, body: bytes, path: str = "", **headers: str) -> int:
        """The status of an order to the address told, or to another path there."""
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.post(urljoin(self.url, path), data=body, headers=sent) as answer:
            return answer.status


@pytest.fixture
async def page(database: Database) -> AsyncIterator[Page]:
    """A demo's clock that can be reached, an hour at nine."""
    async with aiohttp.ClientSession() as session:
        page = Page(session)
        app = web.Application()
        app.router.add_post("/control/clock", page.told)
        server = web.AppRunner(app)
        await server.setup()
        await web.TCPSite(server, "127.0.0.1", 0).start()
        runner = await demo_clock.serve(
            database,
            DemoClock(timedelta()),
            lambda: None,
            api_url=f"http://127.0.0.1:{server.addresses[0][1]}",
            begin_anew=page.begin_anew,
        )
        yield page
        await runner.cleanup()
        await server.cleanup()


async def test_the_clock_moves_and_the_demo_begins_anew(page: Page, database: Database) -> None:
    """When the address that was told is asked."""
    moved, anew = await page.ask(ADVANCE), await page.ask(b'{"restart": true}')

    assert (moved, anew, page.began_anew) == (200, 200, 1)
    assert await demo_clock.read_offset(database) == timedelta(hours=1)


@pytest.mark.parametrize(
    "body",
    [
        *(b"x", b"", b"[]", b"{}", b"null", b'{"restart": false}', b'{"restart": true, "advance": 1}'),
        *(b'{"advance": "nan"}', b'{"advance": 1e300}', b'{"advance": null}', b'{"advance": -1}', b'{"advance": true}'),
        *(b'{"advance": 0}', b'{"advance": 31622401}', b'{"advance": NaN}'),
    ],
)
async def test_what_is_no_order_is_refused(body: bytes, page: Page, database: Database) -> None:
    """With 400, and the clock stands."""
    assert await page.ask(body) == 400
    assert (page.began_anew, await demo_clock.read_offset(database)) == (0, timedelta())


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 404),
        ("", {"Origin": "http://evil.example"}, 400),
        ("", {"Content_Type": "text/plain"}, 400),
        ("", {"Content_Type": "application/x-www-form-urlencoded"}, 400),
    ],
    ids=["without the secret", "from a page", "as text", "as a form"],
)
async def test_no_page_gives_orders(
    path: str, headers: dict[str, str], status: int, page: Page, database: Database
) -> None:
    """The address holds a secret; and even with it only the chat server's way of asking will do."""
    assert await page.ask(b'{"restart": true}', path, **headers) == status
    assert await page.ask(ADVANCE, path, **headers) == status
    assert (page.began_anew, await demo_clock.read_offset(database)) == (0, timedelta())

"""The web application: Bot API, control API and page on one port, for this machine only."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webchat import control, control_acts, demo, qr, samples, testing
from webchat.asks import Action, Ask
from webchat.bodies import limited
from webchat.bot_api import BotApi
from webchat.clock import Clock
from webchat.control_calls import check_fields
from webchat.errors import Refused
from webchat.hub import Hub
from webchat.methods import UPLOAD_LIMIT
from webchat.origin import NOT_FROM_HERE, from_here
from webchat.records import Bot
from webchat.store import Store

STATIC = Path(__file__).parent / "static"
SHOWN_INLINE = (
    *("image/png", "image/jpeg", "image/gif", "image/webp"),
    *("audio/ogg", "audio/webm", "audio/mp4", "video/mp4"),
)
BODY_LIMIT = 80 * 1024 * 1024  # a file of 50 MB in base64, and room
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:;"
    " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]


def bots_of(tokens: list[str]) -> list[Bot]:
    """A bot for each token; the first is called jinlin_bot."""
    made: list[Bot] = []
    for token in tokens:
        id_ = int(token.split(":")[0])
        username = "jinlin_bot" if not made else f"jinlin{id_}_bot"
        made.append(Bot(id=id_, token=token, username=username, name="近邻" if not made else f"近邻{id_}"))
    return made


def build(tokens: list[str], *, store: str | None = None, clock: Clock | None = None) -> "WebChat":
    """A webchat with a bot for each token, its store at the path given or in memory."""
    return WebChat(Hub(Store(store), clock or Clock(), bots_of(tokens)))


class WebChat:
    """The ASGI application; ``hub`` is its state."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._bot_api = BotApi(hub)
        self._rest: ASGIApp = Starlette(routes=_routes(hub), lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.hub.start()
        yield
        await self.hub.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._rest(scope, receive, send)
            return
        if not from_here(scope):
            await Response(NOT_FROM_HERE, 403)(scope, receive, send)
            return
        if scope["path"].startswith(("/bot", "/file/bot")):
            await self._bot_api(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.hub.store.commit()
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await self._rest(scope, receive, with_headers)


def _routes(hub: Hub) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route("/", _static("index.html")),
        Route("/phones", _static("phones.html")),
        Route("/doors", _static("doors.html")),
        Route("/qr.svg", _qr),
        Route("/static/{name}", _static_named),
        Route("/media/{id}", _media(hub)),
        Route("/samples/{number:int}.png", _sample),
    ]
    for (method, path), action in {**control.ROUTES, **control_acts.ROUTES, **testing.ROUTES, **demo.ROUTES}.items():
        routes.append(Route("/control" + path, _action(hub, path, action), methods=[method]))
    return routes


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _action(hub: Hub, path: str, action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            values: dict[str, Any] = dict(request.query_params)
            if request.method == "POST":
                values |= await _body(request)
            check_fields("GET" if request.method == "HEAD" else request.method, path, list(values))
            return _json(await action(Ask(hub, values | request.path_params)))
        except Refused as refused:
            return _json({"error": str(refused), "code": refused.code}, 400)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it

    return endpoint


async def _body(request: Request) -> dict[str, Any]:
    too_large = Refused(
        f"the request has more than {BODY_LIMIT >> 20} MB; a file may have {UPLOAD_LIMIT >> 20}", code="too_large"
    )
    body = await limited(request, BODY_LIMIT, too_large).body()
    if not body:
        return {}
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused("the body must be application/json")
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(f"the body is no JSON: {error}") from None
    if not isinstance(read, dict):
        raise Refused("the body must be a JSON object")
    return read


def _static(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_: Request) -> Response:
        return FileResponse(STATIC / name)

    return endpoint


async def _static_named(request: Request) -> Response:
    name = request.path_params["name"]
    known = {path.name: path for path in STATIC.iterdir()}
    return FileResponse(known[name]) if name in known else Response("not found", 404)


async def _qr(request: Request) -> Response:
    try:
        return Response(qr.drawn(request.query_params.get("link", "")), media_type="image/svg+xml")
    except Refused as refused:
        return _json({"error": str(refused), "code": refused.code}, 400)


async def _sample(request: Request) -> Response:
    names = list(samples.SCENES)
    number = request.path_params["number"]
    if number >= len(names):
        return Response("not found", 404)
    return Response(samples.sample(names[number]).data, media_type="image/png")


def _media(hub: Hub) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        file = hub.store.file(id=request.path_params["id"])
        if file is None:
            return Response("not found", 404)
        shown = file.mime in SHOWN_INLINE
        headers = {} if shown else {"content-disposition": "attachment"}
        kind = file.mime if shown else "application/octet-stream"
        return Response(hub.store.content(file.id), media_type=kind, headers=headers)

    return endpoint

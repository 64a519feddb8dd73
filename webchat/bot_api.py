"""The Bot API over HTTP: finds bot and method, meets faults and limits, answers as Telegram does."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from webchat import (
    editing,
    faults,
    files,
    groups,
    handling,
    links,
    members,
    params,
    profile,
    reacting,
    sending,
    topics,
    wire,
)
from webchat.bodies import read_call
from webchat.errors import BotApiError, bad_request, not_found
from webchat.faults import DOWNLOAD, Fault
from webchat.hub import Hub
from webchat.params import Call
from webchat.records import Bot
from webchat.webhook import Told

log = logging.getLogger("webchat")

METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    **profile.METHODS,
    **sending.METHODS,
    **editing.METHODS,
    **handling.METHODS,
    **reacting.METHODS,
    **groups.METHODS,
    **members.METHODS,
    **links.METHODS,
    **topics.METHODS,
}
PATH = re.compile(r"/bot([^/]+)/([^/]+)/?")
FILE_PATH = re.compile(r"/file/bot([^/]+)/([A-Za-z0-9_./-]+)")
GET_UPDATES = "getUpdates"
BEFORE = {"timeout_before", "reset", "down"}  # faults that break off before anything is done


class BreakOff(Exception):
    """This call gets no answer; the message is the kind of trouble."""


class BotApi:
    """The ASGI application under ``/bot`` and ``/file/bot``."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = unquote(scope["path"])
        try:
            read = self._file if path.startswith("/file/") else self._call
            response, fault = await read(path, Request(scope, receive))
        except BotApiError as error:
            response, fault = _error(error), None
        except (BreakOff, ClientDisconnect):
            await break_off(receive)
            return
        self._hub.store.commit()
        if fault is not None and fault.kind == "cut":
            await send_half(response, send)
            await break_off(receive)
            return
        await response(scope, receive, send)

    async def _file(self, path: str, _: Request) -> tuple[Response, Fault | None]:
        found = FILE_PATH.fullmatch(path)
        if found is None or ".." in path:
            raise not_found()
        bot = self._bot(found[1])
        file = files.at(self._hub.store, bot.id, found[2])
        if file is None:
            raise not_found()
        fault = await self._before(bot, DOWNLOAD)
        content = self._hub.store.content(file.id)
        await self._after(fault)
        return Response(content, media_type="application/octet-stream"), fault

    def _bot(self, token: str) -> Bot:
        bot = self._hub.by_token.get(token)
        if bot is None:
            raise BotApiError(401, "Unauthorized")
        return bot

    async def _call(self, path: str, request: Request) -> tuple[Response, Fault | None]:
        found = PATH.fullmatch(path)
        if found is None:
            raise not_found()
        bot = self._bot(found[1])
        method = params.BY_LOWER_NAME.get(found[2].lower(), found[2])
        shown: dict[str, Any] = {}
        try:
            shown, uploads = await read_call(request)
            if method not in params.METHODS:
                log.warning("a bot called %.100r, which webchat does not speak", method)
                raise bad_request(f"unknown method {method}")
            call = Call(method, shown, uploads)
            shown = call.values
            fault = await self._before(bot, method, str(call.get("chat_id", "")))
        except (BotApiError, BreakOff) as error:
            self._hub.log.add(bot, method, shown, str(error))
            raise
        response = await self._answer(bot, call)
        await self._after(fault)
        return response, fault

    async def _answer(self, bot: Bot, call: Call) -> Response:
        """Do the call. Raises BreakOff."""
        hub = self._hub
        try:
            hub.faults.check_limits(bot, call.method, str(call.get("chat_id", "")))
            if call.method == GET_UPDATES:
                result: object = await self._get_updates(bot, call)
            else:
                result = wire.for_bot(bot.id, METHODS[call.method](hub, bot, call))
        except (BotApiError, BreakOff) as error:
            hub.log.add(bot, call.method, call.values, str(error))
            if isinstance(error, BreakOff):
                raise
            return _error(error)
        if call.method != GET_UPDATES:
            hub.log.add(bot, call.method, call.values, "")
        if isinstance(result, Told):
            return _json({"ok": True, "result": True, "description": result.description}, 200)
        return _json({"ok": True, "result": result}, 200)

    async def _before(self, bot: Bot, method: str, chat: str = "") -> Fault | None:
        """The fault this call meets, as far as it strikes before the call is done. Raises BotApiError, BreakOff."""
        fault = self._hub.faults.take(bot, method, chat)
        if fault is None:
            return None
        refusal = faults.refusal(fault)
        if refusal is not None:
            raise refusal
        if fault.kind in BEFORE:
            if fault.kind == "timeout_before":
                await self._hub.world.changed.sleep(fault.seconds or faults.TIMEOUT)
            raise BreakOff(fault.kind)
        if fault.kind == "latency":
            await self._hub.world.changed.sleep(fault.seconds)
        return fault

    async def _after(self, fault: Fault | None) -> None:
        """What strikes once the call is done. Raises BreakOff."""
        if fault is not None and fault.kind == "timeout_after":
            self._hub.store.commit()
            await self._hub.world.changed.sleep(fault.seconds or faults.TIMEOUT)
            raise BreakOff(fault.kind)

    async def _get_updates(self, bot: Bot, call: Call) -> object:
        """Wait for updates. Raises BotApiError, and BreakOff when the bot's connection is lost meanwhile."""
        hub = self._hub
        profile.remember_allowed(hub, bot, call)
        hub.store.commit()
        found = await hub.queues[bot.id].poll(
            offset=call.get("offset", 0),
            limit=call.get("limit") or 100,
            timeout=call.get("timeout", 0),
            lost=lambda: hub.faults.down(bot, GET_UPDATES),
        )
        if hub.faults.down(bot, GET_UPDATES):
            raise BreakOff("down")
        return found


def _json(body: object, status: int) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _error(error: BotApiError) -> Response:
    return _json(error.body(), error.code)


async def break_off(receive: Receive) -> None:
    """Break the connection off without an answer; uvicorn's own transport stands behind ``receive``."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    await asyncio.sleep(0.01)  # until uvicorn has seen that the peer is gone


async def send_half(response: Response, send: Send) -> None:
    """The head of an answer, with its whole length, and half of its body."""
    half = bytes(response.body)[: len(response.body) // 2]
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": half, "more_body": True})

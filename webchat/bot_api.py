"""The Bot API over HTTP: reads a call in any form, meets faults and limits, answers as Telegram does."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from webchat import editing, faults, groups, handling, links, members, params, profile, reacting, sending, topics
from webchat.errors import BotApiError, bad_request
from webchat.hub import Hub
from webchat.methods import UPLOAD_LIMIT
from webchat.params import Call
from webchat.records import Bot, Upload

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
BODY_LIMIT = UPLOAD_LIMIT + 1024 * 1024
UNAUTHORIZED = BotApiError(401, "Unauthorized")
NOT_FOUND = BotApiError(404, "Not Found")
TOO_LARGE = BotApiError(413, "Request Entity Too Large")


class BotApi:
    """The ASGI application under ``/bot`` and ``/file/bot``."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = unquote(scope["path"])
        response = self._file(path) if path.startswith("/file/") else await self._call(path, scope, receive)
        if response is None:
            await break_off(receive)
            return
        self._hub.store.commit()
        await response(scope, receive, send)

    def _file(self, path: str) -> Response:
        found = FILE_PATH.fullmatch(path)
        if found is None or ".." in path:
            return _error(NOT_FOUND)
        if found[1] not in self._hub.by_token:
            return _error(UNAUTHORIZED)
        file = self._hub.store.file(path=found[2])
        if file is None:
            return _error(NOT_FOUND)
        return Response(self._hub.store.content(file.id), media_type="application/octet-stream")

    async def _call(self, path: str, scope: Scope, receive: Receive) -> Response | None:
        found = PATH.fullmatch(path)
        if found is None:
            return _error(NOT_FOUND)
        bot = self._hub.by_token.get(found[1])
        if bot is None:
            return _error(UNAUTHORIZED)
        method = params.BY_LOWER_NAME.get(found[2].lower(), found[2])
        try:
            given, uploads = await read_call(Request(scope, receive))
        except BotApiError as error:
            self._hub.record(bot, method, {}, error.description)
            return _error(error)
        except ClientDisconnect:
            return None
        return await self._through_faults(bot, method, given, uploads)

    async def _through_faults(
        self, bot: Bot, method: str, given: dict[str, Any], uploads: dict[str, Upload]
    ) -> Response | None:
        """Do the call, or what a fault does in its place; None means: break the connection off."""
        fault = self._hub.faults.take(bot, method, str(given.get("chat_id", "")))
        refusal = faults.refusal(fault) if fault else None
        if refusal is not None:
            self._hub.record(bot, method, given, refusal.description)
            return _error(refusal)
        if fault is not None and fault.kind in {"reset", "timeout_before"}:
            self._hub.record(bot, method, given, fault.kind)
            if fault.kind == "timeout_before":
                await self._hub.world.changed.sleep(fault.seconds or faults.TIMEOUT)
            return None
        if fault is not None and fault.kind == "latency":
            await self._hub.world.changed.sleep(fault.seconds)
        response = await self._perform(bot, method, given, uploads)
        if fault is not None and fault.kind == "timeout_after":
            self._hub.store.commit()
            await self._hub.world.changed.sleep(fault.seconds or faults.TIMEOUT)
            return None
        return response

    async def _perform(self, bot: Bot, method: str, given: dict[str, Any], uploads: dict[str, Upload]) -> Response:
        hub = self._hub
        shown = given
        try:
            if method not in params.METHODS:
                log.warning("a bot called %s, which webchat does not speak", method)
                raise bad_request(f"unknown method {method}")
            call = Call(method, given, uploads)
            shown = call.logged()
            hub.faults.check_limits(bot, method, str(call.get("chat_id", "")))
            if method == "getUpdates":
                result: object = await self._get_updates(bot, call)
            else:
                result = METHODS[method](hub, bot, call)
        except BotApiError as error:
            hub.record(bot, method, shown, error.description)
            return _error(error)
        if method != "getUpdates":
            hub.record(bot, method, shown, "")
        return _json({"ok": True, "result": result}, 200)

    async def _get_updates(self, bot: Bot, call: Call) -> object:
        profile.remember_allowed(self._hub, bot, call)
        self._hub.store.commit()
        return await self._hub.queues[bot.id].poll(
            offset=call.get("offset", 0), limit=call.get("limit") or 100, timeout=call.get("timeout", 0)
        )


def _json(body: object, status: int) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _error(error: BotApiError) -> Response:
    return _json(error.body(), error.code)


async def read_call(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The parameters and files of a call, from query, form, JSON or multipart."""
    given: dict[str, Any] = dict(_pairs(request.url.query.encode()))
    if request.method not in {"GET", "POST"}:
        raise BotApiError(405, "Method Not Allowed")
    if int(request.headers.get("content-length") or 0) > BODY_LIMIT:
        raise TOO_LARGE
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(request, given)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise TOO_LARGE
    if not body:
        return given, {}
    if kind == "application/json":
        try:
            read = orjson.loads(bytes(body))
        except orjson.JSONDecodeError:
            raise bad_request("can't parse request JSON object") from None
        if not isinstance(read, dict):
            raise bad_request("object expected as request")
        return given | read, {}
    return given | dict(_pairs(bytes(body))), {}


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise bad_request("strings must be encoded in UTF-8") from None


async def _multipart(request: Request, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Upload]]:
    uploads: dict[str, Upload] = {}
    try:
        async with request.form(max_files=50, max_fields=100) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    data = await value.read()
                    uploads[name] = Upload(name=value.filename or name, mime=value.content_type or "", data=data)
                else:
                    given[name] = value
    except MultiPartException:
        raise bad_request("can't parse the multipart form") from None
    if sum(len(upload.data) for upload in uploads.values()) > BODY_LIMIT:
        raise TOO_LARGE
    return given, uploads


async def break_off(receive: Receive) -> None:
    """Break the connection off without an answer; uvicorn's own transport stands behind ``receive``."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
    await asyncio.sleep(0.01)  # until uvicorn has seen that the peer is gone

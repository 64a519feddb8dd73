"""Bodies of requests: read no further than a limit, whatever form a call's parameters and files come in."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import Message, Receive

from webchat.errors import BotApiError, bad_request
from webchat.methods import UPLOAD_LIMIT
from webchat.records import Upload

CALL_LIMIT = UPLOAD_LIMIT + 1024 * 1024


def limited(request: Request, most: int, refusal: Exception) -> Request:
    """The request, with ``refusal`` raised as soon as its body says or turns out to be longer than ``most`` bytes."""
    receive: Receive = request.receive
    if int(request.headers.get("content-length") or 0) > most:
        raise refusal
    left = most

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise refusal
        return message

    return Request(request.scope, counted)


async def read_call(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The parameters and files of a call, from query, form, JSON or multipart; BotApiError when they cannot be read."""
    if request.method not in {"GET", "POST"}:
        raise BotApiError(405, "Method Not Allowed")
    given: dict[str, Any] = _pairs(request.scope["query_string"])
    request = limited(request, CALL_LIMIT, BotApiError(413, "Request Entity Too Large"))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        fields, uploads = await _multipart(request)
        return given | fields, uploads
    body = await request.body()
    if not body:
        return given, {}
    if kind == "application/json":
        try:
            read = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise bad_request("can't parse request JSON object") from None
        if not isinstance(read, dict):
            raise bad_request("object expected as request")
        return given | read, {}
    return given | _pairs(body), {}


def _unreadable() -> BotApiError:
    return bad_request("strings must be encoded in UTF-8")


def _pairs(text: bytes) -> dict[str, Any]:
    try:
        return dict(parse_qsl(text.decode(), keep_blank_values=True, errors="strict"))
    except ValueError:
        raise _unreadable() from None


async def _multipart(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Every byte is taken for a letter first, so that what is not UTF-8 is seen and not guessed at."""
    headers = Headers({"content-type": request.headers["content-type"] + "; charset=latin-1"})
    parser = MultiPartParser(headers, request.stream(), max_files=50, max_fields=100)
    fields: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    try:
        form = await parser.parse()
    except MultiPartException:
        raise bad_request("can't parse the multipart form") from None
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                data, mime = await value.read(), value.content_type or ""
                uploads[_utf8(name)] = Upload(name=_utf8(value.filename or name), mime=mime, data=data)
            else:
                fields[_utf8(name)] = _utf8(value)
    except UnicodeDecodeError:
        raise _unreadable() from None
    finally:
        await form.close()
    return fields, uploads


def _utf8(letters: str) -> str:
    return letters.encode("latin-1").decode()

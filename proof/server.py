"""A Bot API server for load, in a process of its own: it says yes at once, and remembers what it was asked.

`python -m proof.server --port 8099 [--core 1]`. webchat is for fidelity, this is for speed: it checks no parameter
and keeps no chat. `/control/…` (JSON by POST) is for whoever measures:

| path | takes | answers |
|---|---|---|
| push | `{updates: […]}`, without update_id | `{first, last, at}`: their ids; when they could be fetched (seconds) |
| calls | `{after: n}` | `{calls: [[at, method, chat_id, text, message_id, status, words], …]}`: from the n-th |
| pushed | – | `{at: {update_id: seconds}}` |
| state | – | `{waiting, fetched, confirmed, calls, unheard, struck, first_fetch, last_call, conflicts, polling}` |
| set | any of `latency`, `rate`, `rules`, `seed`, `away` | `{}` |
| reset | – | `{}`: updates and calls are forgotten |

A call's `text` is, of an answer to a press, the press's id; its `words` are what the answer says.
`latency`: seconds of a whole round trip. `rate`: messages a second over all chats, beyond which 429 is answered; 0 is
no limit. `away`: connections are closed unanswered. `rules`: a list of `{kind, methods, share, times, seconds, chats}`;
the first that fits (by chance, `share` of the calls; at most `times`; those `chats` only) strikes: `429` (retry after
`seconds`), `500`, `403`, `page` (502, and a web page instead of JSON), `odd` (JSON, but not what was promised), `reset`
(done or not is not said: it was not), `lost` (done, but the connection is closed), `half` (done, half an answer),
`slow` (done, answered after `seconds`), `hang` (never answered, not done), `backwards` (updates, the last one first).
`struck` says how many did; `unheard` how many messages, edits and answers to presses were done of which the bot never
heard.
"""

import argparse
import asyncio
import os
import random
import re
import time
from typing import Any
from urllib.parse import parse_qs

import orjson
import uvloop

TOKEN = "700000001:proof"  # of nobody's bot
ME = {"id": 700000001, "is_bot": True, "first_name": "Proof", "username": "proof_bot"}
_FIELD = re.compile(
    rb'name="(chat_id|text|caption|callback_query_id|message_id)"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.S
)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.I)
_COUNTED = ("send", "edit", "copy", "forward")
_SAID = (*_COUNTED, "answer")
_WORDS = {200: b"OK", 400: b"Bad Request", 403: b"Forbidden", 409: b"Conflict", 429: b"Too Many Requests"}
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_ODD = (b"null", b"[]", b'"soon"', b'{"ok":true}', b'{"ok":false}', b'{"ok":false,"parameters":7}', b"{}", b"")


def _params(head: bytes, body: bytes) -> dict[str, Any]:
    if b"application/json" in head:
        found: dict[str, Any] = orjson.loads(body) if body else {}
        return found
    if b"multipart/" in head:
        return {k.decode(): v.decode("utf-8", "replace") for k, v in _FIELD.findall(body)}
    return {k: v[0] for k, v in parse_qs(body.decode()).items()}


class Server:
    """What is to be fetched, what was asked, and how to misbehave."""

    def __init__(self) -> None:
        self.latency = 0.0
        self.rate = 0.0
        self.away = False
        self.rules: list[dict[str, Any]] = []
        self.chance = random.Random(0)
        self.next_update = 1
        self.next_message = 1000
        self.reset()

    def reset(self) -> None:
        """Forget updates and calls; ids go on."""
        self.updates: list[bytes] = []
        self.base = self.next_update  # the id of updates[0]
        self.sent_upto = self.next_update  # what was handed out, by id
        self.pushed: dict[int, float] = {}
        self.calls: list[tuple[float, str, int, str, int, int, str]] = []
        self.first_fetch = 0.0
        self.conflicts = 0
        self.unheard = 0
        self.struck: dict[str, int] = {}
        self.poll: Connection | None = None
        self.tokens, self.tokens_at = 1.0, 0.0

    def push(self, updates: list[dict[str, Any]]) -> dict[str, Any]:
        """Have updates fetched."""
        first, at = self.next_update, time.time()
        for update in updates:
            self.pushed[self.next_update] = at
            self.updates.append(orjson.dumps({"update_id": self.next_update, **update}))
            self.next_update += 1
        self.wake()
        return {"first": first, "last": self.next_update - 1, "at": at}

    def wake(self) -> None:
        """A poll that waits gets what is there."""
        if self.poll is not None and self.updates:
            connection, self.poll = self.poll, None
            self._hand_out(connection)

    def _hand_out(self, connection: "Connection") -> None:
        batch = self.updates[: connection.limit]
        if batch and not self.first_fetch:
            self.first_fetch = time.time()
        self.sent_upto = max(self.sent_upto, self.base + len(batch))
        rule, connection.rule = connection.rule, {}
        slow = float(rule.get("seconds", 1)) if rule.get("kind") == "slow" else 0
        if rule.get("kind") == "backwards":
            batch.reverse()
        whole = b'{"ok":true,"result":[' + b",".join(batch) + b"]}"
        connection.answer(200, whole, half=rule.get("kind") == "half", after=slow)

    def fetch(self, connection: "Connection", params: dict[str, Any]) -> None:
        """getUpdates."""
        if self.poll is not None and self.poll is not connection and not self.poll.gone:
            self.conflicts += 1
            self.poll.refuse(409, "Conflict: terminated by other getUpdates request")
        self.poll = None
        offset = int(params.get("offset") or 0)
        if offset > self.base:
            done = min(offset - self.base, len(self.updates))
            del self.updates[:done]
            self.base += done
        connection.limit = int(params.get("limit") or 100)
        if self.updates:
            self._hand_out(connection)
            return
        self.poll = connection
        asyncio.get_running_loop().call_later(float(params.get("timeout") or 0), self._poll_over, connection)

    def _poll_over(self, connection: "Connection") -> None:
        if self.poll is connection:
            self.poll = None
            self._hand_out(connection)

    def strike(self, method: str, chat_id: int) -> dict[str, Any] | None:
        """The rule that this call falls to."""
        for rule in self.rules:
            fits = method in rule.get("methods", [method]) and chat_id in rule.get("chats", [chat_id])
            if fits and rule.get("times", 1) > 0 and self.chance.random() < rule.get("share", 1):
                if "times" in rule:
                    rule["times"] -= 1
                self.struck[rule["kind"]] = self.struck.get(rule["kind"], 0) + 1
                return rule
        return None

    def too_many(self) -> bool:
        """Whether the limit of messages a second is exceeded."""
        if not self.rate:
            return False
        now = time.monotonic()
        self.tokens = min(self.rate, self.tokens + (now - self.tokens_at) * self.rate)
        self.tokens_at = now
        if self.tokens < 1:
            return True
        self.tokens -= 1
        return False

    def call(self, connection: "Connection", method: str, params: dict[str, Any]) -> None:
        """Any other method."""
        chat_id = int(params.get("chat_id") or 0)
        rule = self.strike(method, chat_id)
        kind = rule["kind"] if rule else ""
        seconds = float(rule.get("seconds", 1)) if rule else 0.0
        status = 200
        if kind == "429" or (method.startswith(_COUNTED) and self.too_many()):
            status = 429
        elif kind in ("500", "403", "page", "odd", "reset", "hang"):
            status = {"500": 500, "403": 403, "page": 502}.get(kind, 0)
        text = str(params.get("callback_query_id") or params.get("text") or params.get("caption") or "")
        words = str(params.get("text") or "") if "callback_query_id" in params else text
        message_id = int(params.get("message_id") or 0)
        if status == 200 and method.startswith("send"):
            self.next_message += 1
            message_id = self.next_message
        self.calls.append((time.time(), method, chat_id, text, message_id, status, words))
        if status == 429:
            connection.refuse(429, f"Too Many Requests: retry after {seconds or 1:g}", {"retry_after": seconds or 1})
        elif status == 403:
            connection.refuse(403, "Forbidden: bot was blocked by the user")
        elif kind in ("500", "page", "odd"):
            self.misspeak(connection, kind)
        elif kind in ("reset", "lost"):
            self.unheard += kind == "lost" and method.startswith(_SAID)
            connection.close()
        elif kind != "hang":
            connection.counts = method.startswith(_SAID)
            connection.answer(
                200,
                self._result(method, chat_id, message_id, text),
                half=kind == "half",
                after=seconds if kind == "slow" else 0,
            )

    def misspeak(self, connection: "Connection", kind: str) -> None:
        """A server error in words, a proxy's page, or JSON that says nothing."""
        if kind == "500":
            connection.refuse(500, "Internal Server Error")
        elif kind == "page":
            connection.answer(502, _PAGE)
        else:
            connection.answer(200, self.chance.choice(_ODD))

    def _result(self, method: str, chat_id: int, message_id: int, text: str) -> bytes:
        if method == "getMe":
            return orjson.dumps({"ok": True, "result": ME})
        if not method.startswith(("send", "edit")) or method == "sendChatAction":
            return b'{"ok":true,"result":true}'
        chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup", "first_name": "P", "title": "G"}
        message = {"message_id": message_id, "date": int(time.time()), "chat": chat, "text": text, "from": ME}
        if method == "sendPhoto":
            message["photo"] = [{"file_id": f"f{message_id}", "file_unique_id": "u", "width": 1, "height": 1}]
        return orjson.dumps({"ok": True, "result": message})

    def control(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Whoever measures asks."""
        if name == "push":
            return self.push(asked["updates"])
        if name == "calls":
            return {"calls": self.calls[asked.get("after", 0) :]}
        if name == "pushed":
            return {"at": {str(k): v for k, v in self.pushed.items()}}
        if name == "set":
            if "seed" in asked:
                self.chance = random.Random(asked.pop("seed"))
            for key, value in asked.items():
                setattr(self, key, value)
        if name == "reset":
            self.reset()
        return {
            "waiting": len(self.updates),
            "fetched": self.sent_upto - 1,
            "confirmed": self.base - 1,
            "calls": len(self.calls),
            "unheard": self.unheard,
            "struck": self.struck,
            "first_fetch": self.first_fetch,
            "last_call": self.calls[-1][0] if self.calls else 0,
            "conflicts": self.conflicts,
            "polling": self.poll is not None,
        }


class Connection(asyncio.Protocol):
    """One keep-alive connection; a request at a time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.limit = 100
        self.gone = False
        self.rule: dict[str, Any] = {}  # what befalls the updates that are fetched by it
        self.counts = False  # whether it is told of something that was said
        self._heard = bytearray()
        self._wanted = 0  # bytes of the request that is coming in; 0 before its head is complete
        self._head = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        self.server.unheard += self.counts  # it waited no longer
        self.counts = False
        if self.server.poll is self:
            self.server.poll = None

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while self._heard:
            if not self._wanted:
                end = self._heard.find(b"\r\n\r\n")
                if end < 0:
                    return
                found = _LENGTH.search(self._heard, 0, end)
                self._head, self._wanted = end + 4, end + 4 + (int(found[1]) if found else 0)
                if b"100-continue" in self._heard[:end]:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if len(self._heard) < self._wanted:
                return
            head, body = bytes(self._heard[: self._head]), bytes(self._heard[self._head : self._wanted])
            del self._heard[: self._wanted]
            self._wanted = 0
            self._request(head, body)

    def _request(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1].partition(b"?")
        parts = path[0].decode().strip("/").split("/")
        if parts[0] == "control":
            answer = orjson.dumps(self.server.control(parts[1], orjson.loads(body) if body else {}))
            self._write(200, answer)
            return
        if self.server.away:
            self.close()
            return
        method = parts[-1]
        params = _params(head.lower(), body) if body else {k: v[0] for k, v in parse_qs(path[2].decode()).items()}
        if method.lower() == "getupdates":
            self._poll(params)
        else:
            self.server.call(self, method, params)

    def _poll(self, params: dict[str, Any]) -> None:
        rule = self.server.strike("getUpdates", 0) or {}
        kind = rule.get("kind", "")
        if kind in ("", "half", "slow", "backwards"):
            self.rule = rule
            self.server.fetch(self, params)
        elif kind == "429":
            self.refuse(429, "Too Many Requests", {"retry_after": rule.get("seconds", 1)})
        elif kind in ("500", "page", "odd"):
            self.server.misspeak(self, kind)
        elif kind != "hang":
            self.close()

    def refuse(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        """An error, in the Bot API's way."""
        said = {"ok": False, "error_code": status, "description": description}
        self.answer(status, orjson.dumps(said | ({"parameters": parameters} if parameters else {})))

    def answer(self, status: int, body: bytes, *, half: bool = False, after: float = 0) -> None:
        """Answer when the round trip is over."""
        wait = self.server.latency + after
        if wait:
            asyncio.get_running_loop().call_later(wait, self._write, status, body, half)
        else:
            self._write(status, body, half)

    def _write(self, status: int, body: bytes, half: bool = False) -> None:
        counts, self.counts = self.counts, False
        self.server.unheard += counts and half
        if self.gone:
            return
        head = b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        whole = head % (status, _WORDS.get(status, b"Error"), len(body)) + body
        self.transport.write(whole[: len(whole) // 2] if half else whole)
        if half:
            self.transport.close()

    def close(self) -> None:
        """No answer."""
        self.transport.close()


async def serve(port: int) -> None:
    """Until killed."""
    server = Server()
    listener = await asyncio.get_running_loop().create_server(
        lambda: Connection(server), "127.0.0.1", port, backlog=1024
    )
    async with listener:
        await listener.serve_forever()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--core", type=int)
    asked = parser.parse_args()
    if asked.core is not None:
        os.sched_setaffinity(0, {asked.core})
    uvloop.run(serve(asked.port))


if __name__ == "__main__":
    main()

"""webchat in a process of its own: how soon a full chat opens, how soon a message shows, how fast updates are fetched.

Beside each figure is that of the same webchat when it was nearly empty, or of a server that does nothing but hand out.
`python -m proof.webchat [repeats]`.
"""

import contextlib
import http.client
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from proof import mix, ports, rig
from proof.server import TOKEN
from proof.table import Row, lines

ME = 1001
CHATS, MESSAGES, IN_EACH = 200, 10_000, 20
FEW = 10
SHOWN = 100
"""How many messages are timed."""
QUEUED = 10_000
BATCH = 100
OPENS_S, SHOWS_S, RATE = 1.0, 0.1, 500
_DATE = 1_700_000_000


class Talk:
    """A connection that stays open."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)

    def post(self, path: str, **values: Any) -> Any:
        """POST; the answer's JSON."""
        self._connection.request("POST", path, orjson.dumps(values), {"Content-Type": "application/json"})
        return self._read()

    def get(self, path: str) -> Any:
        """GET from the control API."""
        self._connection.request("GET", f"/control{path}")
        return self._read()

    def bot(self, method: str, **values: Any) -> Any:
        """A call of the Bot API; its result."""
        return self.post(f"/bot{TOKEN}/{method}", **values)["result"]

    def _read(self) -> Any:
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{answer.status} {body[:200]!r}")
        return orjson.loads(body)


@contextlib.contextmanager
def webchat() -> Iterator[str]:
    """A webchat with a store on disk; its address."""
    port = ports.free()
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "webchat", "--port", str(port), "--token", TOKEN]
        with rig.process([*command, "--store", f"{name}/webchat.sqlite"], Path(name)) as process:
            rig.until(lambda: process.said().startswith("webchat"), seconds=20, what=process.said())
            yield f"http://127.0.0.1:{port}"


def fill(talk: Talk, chats: int, messages: int) -> None:
    """Somebody's chat with the bot, and groups beside it; none of it is read."""
    talk.post("/control/people", id=ME, name="陈奶奶")
    talk.post("/control/say", person=ME, text="/start")
    for number in range(chats - 1):
        group = talk.post("/control/groups", title=f"{number}号楼", members=[ME])["id"]
        for _ in range(IN_EACH):
            talk.bot("sendMessage", chat_id=group, text="明天 9:00-17:00 停水，请提前存水。")
    for number in range(messages):
        talk.bot("sendMessage", chat_id=ME, text=f"第 {number} 条：<b>停水通知</b>", parse_mode="HTML")


def opened(talk: Talk) -> float:
    """Seconds for all that the page asks when it opens the chat."""
    began = time.perf_counter()
    talk.get("/people")
    talk.get(f"/chats?person={ME}")
    talk.get(f"/messages?person={ME}&chat={ME}&limit=300")
    return time.perf_counter() - began


def shown(url: str, count: int) -> list[float]:
    """Seconds from sending each message to having it as the page gets it: told of a change, it asks what is new."""
    sender, page = Talk(url), Talk(url)
    version: int = page.get(f"/messages?person={ME}&limit=1")["version"]
    taken: list[float] = []
    for number in range(count):
        since = page.get("/changes")["version"]
        sent_at: list[float] = []

        def send(text: str = f"新的 {number}", at: list[float] = sent_at) -> None:
            at.append(time.perf_counter())
            sender.bot("sendMessage", chat_id=ME, text=text)

        sending = threading.Timer(0.005, send)  # once the page waits
        sending.start()
        page.get(f"/changes?since={since}&wait=25")
        new = page.get(f"/messages?person={ME}&chat={ME}&since={version}&limit=300")
        taken.append(time.perf_counter() - sent_at[0])
        version = new["version"]
        sending.join()
        if [message["text"] for message in new["messages"]] != [f"新的 {number}"]:
            raise RuntimeError("another message than the one that was sent")
    return taken


def fetched(talk: Talk, count: int) -> float:
    """Updates a second through getUpdates, each batch confirmed by the next call."""
    began = time.perf_counter()
    taken = offset = 0
    while taken < count:
        batch = talk.bot("getUpdates", offset=offset, limit=BATCH, timeout=0)
        taken, offset = taken + len(batch), batch[-1]["update_id"] + 1
    talk.bot("getUpdates", offset=offset, limit=BATCH, timeout=0)
    return taken / (time.perf_counter() - began)


def _fetching(count: int) -> float:
    with webchat() as url:
        talk = Talk(url)
        for number in range(count):
            talk.post("/control/inject", update=mix.said(number % 1000, "楼道灯不亮了", date=_DATE))
        return fetched(talk, count)


def _peer(count: int) -> float:
    with rig.api() as api:
        api.ask("push", updates=[mix.said(number % 1000, "楼道灯不亮了", date=_DATE) for number in range(count)])
        return fetched(Talk(api.url), count)


def _most(taken: list[float]) -> float:
    """What all but the slowest twentieth stay below."""
    return sorted(taken)[len(taken) * 19 // 20]


def measure(repeats: int = 3) -> list[Row]:
    """Medians of the repeats; how soon a message shows is told by the slowest but five of a hundred."""
    opens: dict[int, list[float]] = {MESSAGES: [], FEW: []}
    shows: dict[int, list[float]] = {MESSAGES: [], FEW: []}
    for messages, chats in ((FEW, 1), (MESSAGES, CHATS)):
        with webchat() as url:
            talk = Talk(url)
            fill(talk, chats, messages)
            for _ in range(repeats):
                opens[messages].append(opened(talk))
                shows[messages].append(_most(shown(url, SHOWN)))
    rates: dict[str, list[float]] = {"own": [], "few queued": [], "fast server": []}
    for _ in range(repeats):
        rates["own"].append(_fetching(QUEUED))
        rates["few queued"].append(_fetching(BATCH))
        rates["fast server"].append(_peer(QUEUED))
    rate, few, fast = (median(rates[name]) for name in rates)
    rows = []
    full = f"{CHATS} chats, {MESSAGES:,} messages in one"
    for what, found, reach in (("the page opens", opens, OPENS_S), ("a message shows", shows, SHOWS_S)):
        own, idle = 1000 * median(found[MESSAGES]), 1000 * median(found[FEW])
        rows.append(
            Row(
                what=f"webchat, {full}: {what}",
                figure=own,
                unit="ms",
                beside={f"with {FEW} messages": idle, "ratio": own / idle},
                reach=f"≤ {1000 * reach:.0f} ms",
                reached=own <= 1000 * reach,
                note=f"95 % of {SHOWN}" if found is shows else "people, chats and 300 messages",
            )
        )
    rows.append(
        Row(
            what=f"webchat, {QUEUED:,} updates queued: getUpdates",
            figure=rate,
            unit="/s",
            beside={f"{BATCH} queued": few, "a server that does nothing else": fast, "ratio": rate / fast},
            reach=f"≥ {RATE}/s",
            reached=rate >= RATE,
            note=f"in batches of {BATCH}, each confirmed",
        )
    )
    return rows


if __name__ == "__main__":
    print(*lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3)), sep="\n")

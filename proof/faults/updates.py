"""Updates as they should not come: poison, twice, in the wrong order, or from a later Bot API than ours."""

import http.client
import random
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any

import orjson

from proof import mix, ports, rig, town
from proof.faults.look import look
from proof.faults.row import Asked, Breaking, Fault
from proof.faults.scene import Step
from proof.faults.stage import Stage, running

_STRUCK = range(561, 569)  # residents who do nothing in the scene
_FUTURE = range(569, 589)
_SECRET = "proof"
_EARLY = (
    "step.report.preview:0:submit",
    "step.order.confirm:0:yes",
    "task.claim:9999:",
    "order.good:9999:",
    "vote.cast:99:yes",
    "notice.receive:99:",
    "nothing.such:1:",
    "",
    "竹" * 21,
)
_APOLOGY, _NOT_UNDERSTOOD = "对不起，刚才那条我没处理好", "这个我没看懂"


def poison(asked: Asked) -> Fault:
    """Eight conversations are made unreadable in the database: what is said in them cannot be handled."""
    with running(asked, "poison") as stage:
        now = int(time.time())
        stage.also([_says(n, mix.said(n, "/report", date=now), "怎么了？请拍张照片") for n in _STRUCK])
        rig.until(partial(_talking, stage), seconds=30, what="their conversations", every=0.1)
        _spoil(stage)
        words = "楼道灯不亮了，在三楼拐角，看不清台阶"
        stage.flow(1, 0.2)
        stage.also([_says(n, mix.said(n, words, date=now), _APOLOGY) for n in _STRUCK])
        stage.also([_says(n, mix.said(n, "/help", date=now), "/cancel") for n in _STRUCK])
        stage.aside = len(_STRUCK)
        stage.flow(3, 0.8)
        row = stage.over("updates: poison")
        if stage.set_aside() != len(_STRUCK):
            raise rig.NotInTime(f"{stage.set_aside()} updates were set aside, not {len(_STRUCK)}")
        note = f"{len(_STRUCK)} set aside after three tries, each with one apology; what came after them went on"
        return Fault(**vars(row) | {"note": f"{row.note}; {note}"})


def _talking(stage: Stage) -> bool:
    found = look(stage.url, _THEIRS)[0]
    return len(found) == len(_STRUCK)


_THEIRS = (
    "SELECT d.person_id FROM dialogues d JOIN people p ON p.id = d.person_id "
    f"WHERE p.telegram_id BETWEEN {town.FIRST + _STRUCK[0]} AND {town.FIRST + _STRUCK[-1]}"
)


def _spoil(stage: Stage) -> None:
    with closing(sqlite3.connect(stage.folder / "jinlin.db", timeout=20)) as db:
        db.execute(f"UPDATE dialogues SET draft = X'00' WHERE person_id IN ({_THEIRS})")
        db.commit()


def _says(number: int, update: mix.Update, *answers: str) -> Step:
    return Step(update=update, said=tuple((town.FIRST + number, answer) for answer in answers))


def twice(asked: Asked) -> Fault:
    """By webhook, some updates two or three times: at the same moment, or again much later."""
    port = ports.free()
    env = {
        "WEBHOOK_URL": f"http://127.0.0.1:{port}/updates",
        "WEBHOOK_LISTEN": f"127.0.0.1:{port}",
        "WEBHOOK_SECRET": _SECRET,
    }
    with running(asked, "twice", env=env) as stage, ThreadPoolExecutor(3) as threads:
        chance = random.Random(f"{asked.seed}:twice")
        extra = 0
        bodies = [orjson.dumps({"update_id": 7000 + number, **step.update}) for number, step in enumerate(stage.steps)]
        for number, body in enumerate(bodies):
            several = [body] * chance.choice((1, 1, 2, 3))
            if chance.random() < 0.2:
                several.append(bodies[chance.randrange(number + 1)])
            list(threads.map(partial(_post, port), several))
            extra += len(several) - 1
        stage.pushed = len(stage.steps)
        stage.notes.append(f"by webhook, {extra} times once more than needed")
        return stage.over("updates: twice")


def _post(port: int, body: bytes) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": _SECRET}
        connection.request("POST", "/updates", body, headers)
        status = connection.getresponse().status
    if status != 200:
        raise rig.NotInTime(f"an update was answered with {status}")


def backwards(asked: Asked) -> Fault:
    """Every batch is handed out with its last update first."""
    rules: list[dict[str, Any]] = [{"kind": "backwards", "methods": ["getUpdates"]}]
    with running(asked, "backwards", before={"rules": rules}) as stage:
        for _ in range(4):
            stage.push(stage.pushed + len(stage.steps) // 4)
            time.sleep(1)
        return stage.over("updates: batches backwards")


def too_early(asked: Asked) -> Fault:
    """Presses on what does not exist yet, or not any more, by all who will do the same in its time."""
    with running(asked, "too early") as stage:
        now = int(time.time())
        early = [Step(update=mix.pressed(n, data, date=now)) for data in _EARLY for n in range(1, 201, 8)]
        random.Random(f"{asked.seed}:early").shuffle(early)
        stage.also(early)
        stage.flow(3, 1)
        stage.notes.append(f"{len(early)} presses before their messages, each of them answered")
        return stage.over("updates: presses before their messages")


def future(asked: Asked) -> Fault:
    """Kinds, fields and types that nobody knows yet; what somebody said is answered all the same."""
    with running(asked, "from the future") as stage:
        stage.flow(1, 0.3)
        unknown, known, odd = _unknown(), _with_more(), _odd()
        stage.also(unknown + known)
        stage.flow(1, 0.3)
        stage.also(odd)
        stage.aside = len(odd)
        row = stage.over("updates: from the future")
        note = (
            f"{len(unknown)} of unknown kinds, {len(known)} with unknown fields or contents, {len(odd)} whose fields "
            f"had other types, of which {stage.set_aside()} were set aside"
        )
        return Fault(**vars(row) | {"note": f"{row.note}; {note}"})


def _unknown() -> list[Step]:
    someone = mix.user(_FUTURE[0])
    kinds: list[mix.Update] = [
        {"telepathy": {"id": "1", "from": someone, "thought": "…"}},
        {"hologram_post": {"message_id": 1, "chat": {"id": -9, "type": "plaza"}, "depth": 3}},
        {"answers": [1, 2, {"from": someone}]},
        {"weather": None},
        {"mood": "good"},
        {"inline_query": {"id": "2", "from": someone, "query": "灯", "offset": ""}},
        {},
    ]
    return [Step(update=kind) for kind in kinds]


def _with_more() -> list[Step]:
    more: list[mix.Update] = [
        {"hologram": {"depth": 3}, "aura": [1, {"a": None}]},
        {"entities": [{"type": "bot_command", "offset": 0, "length": 5}, {"type": "spell", "offset": 0, "length": 2}]},
        {"effect_id": "5", "business_connection_id": "x", "sender_tag": "y", "paid_star_count": 3},
    ]
    steps = []
    for number, fields in zip(_FUTURE, more, strict=False):
        update = mix.said(number, "/help", date=int(time.time()))
        update["message"] |= fields
        update["message"]["from"]["is_premium_plus"] = "yes"
        update["message"]["chat"]["mood"] = {"now": "calm"}
        steps.append(_says(number, update, "/cancel"))
    for number, content in zip(_FUTURE[len(more) :], ({"hologram": {"depth": 3}}, {"scent": "rose"}, {}), strict=False):
        update = mix.said(number, "x", date=int(time.time()))
        del update["message"]["text"]
        update["message"] |= content
        steps.append(_says(number, update, _NOT_UNDERSTOOD))
    press = mix.pressed(_FUTURE[6], "nothing.such:1:", date=int(time.time()))
    press["callback_query"] |= {"pressure": 0.4, "finger": {"name": "index"}}
    steps.append(Step(update=press))
    return steps


def _odd() -> list[Step]:
    fields: list[tuple[mix.Update, str]] = [
        ({"text": {"rich": "灯坏了"}}, _APOLOGY),
        ({"photo": {"sizes": []}}, _APOLOGY),
        ({"date": "tomorrow"}, _APOLOGY),
        ({"entities": {"a": 1}}, _APOLOGY),
        ({"message_id": "seven"}, "这样登记对吗"),  # nobody asks for it: it is read like any other
        ({"voice": "la la la"}, _APOLOGY),
        ({"location": [26.08, 119.3]}, _APOLOGY),
        ({"reply_to_message": 7}, _APOLOGY),
        ({"caption": 5, "photo": [None]}, _APOLOGY),
    ]
    steps = []
    for number, (field, answer) in zip(_FUTURE[7:], fields, strict=False):
        update = mix.said(number, "楼道灯不亮了，在三楼", date=int(time.time()))
        update["message"] |= field
        steps.append(_says(number, update, answer))
    nobody: list[mix.Update] = [{"message": {"chat": 5}}, {"message": []}, {"callback_query": []}]
    return [*steps, *(Step(update=one) for one in nobody)]


FAULTS = (
    Breaking(name="updates-poison", seconds=240, run=poison),
    Breaking(name="updates-twice", seconds=240, run=twice),
    Breaking(name="updates-backwards", seconds=240, run=backwards),
    Breaking(name="updates-too-early", seconds=240, run=too_early),
    Breaking(name="updates-future", seconds=240, run=future),
)
"""All that is tried with them."""

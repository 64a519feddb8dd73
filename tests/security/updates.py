"""Strategies for whatever an account can send, and for what Telegram tells of it: any kind, any words, any fields."""

from typing import Any

from factories import B3_GROUP
from hypothesis import strategies as st
from matrix import SUBJECTS, WORDS, lines

from handlers import menu
from handlers.registry import COMMANDS, FLOWS, GROUP_COMMANDS, PRESSES

Json = dict[str, Any]
HOSTILE = (
    "", " ", "\n\n", "\u200b", "\u200d\u200d", "\u202e倒着写", "\u2066甲\u2069", "\x00", "a\x00b", "\x7f\x1b[0m",
    "\ufeff", "<b>", "</b>", "<a href='tg://user?id=1'>", "&amp;&lt;&#0;&#xD800;", "{{ 7*7 }}", "{% raw %}",
    "%s%(x)s%n", "';DROP TABLE people;--", "👨\u200d👩\u200d👧\u200d👦" * 40, "🏳️\u200d🌈", "\U0010ffff",
    "Z" + "\u0351\u036b\u0343" * 60, "أهلا", "字" * 4096, "𠮷" * 2048, "-" * 4096, "1" * 400, "٣٤٥", "１２３", "NaN",
    "null", "-1", "1e999", "../../etc/passwd", "/", "/ start", "//", "@jinlin_bot", "/start@jinlin_bot",
    "/report@other_bot", "/start start start", "13900000102", "\u202e/start", "0",
)  # fmt: skip
"""Words nobody means well by."""
TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.text(st.sampled_from("灯不亮了修东西插座坏<>&\"'{}%\u200b\u202e😀"), max_size=300),
)
IDS = st.one_of(st.sampled_from([1, 0, -1, 2**31, 2**52, -(2**52), -1001234567890]), st.integers(1, 2**52))
WILD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", max_size=8), inner, max_size=3),
    max_leaves=5,
)
FUTURE = st.dictionaries(st.sampled_from(["zz_new", "zz_flag", "zz_list"]), WILD, max_size=2)
"""Fields of the API's future."""
STEPS = [f"step.{flow.name}.{step}" for flow in FLOWS.values() for step in flow.steps]
_FILE = {"file_id": "file", "file_unique_id": "file"}
_VIDEO = {**_FILE, "width": 9, "height": 9, "duration": 1}
_STICKER = {**_FILE, "type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}
SERVICE: dict[str, Any] = {
    "new_chat_title": "新群名",
    "delete_chat_photo": True,
    "group_chat_created": True,
    "pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}},
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 60},
    "write_access_allowed": {"from_request": True},
    "users_shared": {"request_id": 1, "users": [{"user_id": 7}]},
    "video_chat_started": {},
    "boost_added": {"boost_count": 1},
    "new_chat_members": [{"id": 7, "is_bot": False, "first_name": "甲"}],
    "left_chat_member": {"id": 7, "is_bot": True, "first_name": "甲"},
}


def commands() -> st.SearchStrategy[str]:
    """Every command there is and some that are not, with and without words behind them."""
    names = [*COMMANDS, *GROUP_COMMANDS, "nothing", "START", "修东西"]
    return st.builds(
        lambda name, gap, rest: f"/{name}{gap}{rest}", st.sampled_from(names), st.sampled_from(["", " ", "\n"]), TEXT
    )


def links() -> st.SearchStrategy[str]:
    """Deep links with payloads of every kind, most of them made up."""
    codes = st.one_of(TEXT, st.sampled_from(["7301", "find-token", "0", "9" * 15, "9" * 40]))
    return st.builds(lambda prefix, code: f"/start {prefix}{code}", st.sampled_from([*menu.LINKS, "", "x_"]), codes)


def data() -> st.SearchStrategy[str]:
    """Callback data: an action of ours or none, about anything, with any word."""
    actions = st.one_of(st.sampled_from([*PRESSES, *STEPS]), st.sampled_from([*PRESSES, *STEPS]), TEXT)
    numbers = st.one_of(
        st.sampled_from(sorted(set(SUBJECTS.values()))).map(str),
        st.integers(0, 400).map(str),
        st.sampled_from(["-1", "9" * 15, "9" * 16, "٣", "1_0", "", "x"]),
    )
    words = st.one_of(
        st.sampled_from(
            [*sorted({*WORDS.values()}), "yes", "submit", "send", "_back", "_cancel", "whole", "up", "to1"]
        ),
        st.integers(0, 400).map(str),
        TEXT,
    )
    shaped = st.builds(lambda action, number, word: f"{action}:{number}:{word}", actions, numbers, words)
    aimed = st.sampled_from(
        [
            f"{name}:{SUBJECTS[line.about]}:{WORDS.get(name, '')}"
            for line in lines()
            if line.about in SUBJECTS and (name := line.door.removeprefix("button ")) != line.door
        ]
    )
    return st.one_of(aimed, aimed, shaped, shaped, TEXT)


def _entities(text: str) -> list[Json]:
    size = len(text.encode("utf-16-le")) // 2
    if text.startswith("/"):
        return [{"type": "bot_command", "offset": 0, "length": len(text.split()[0]) if text.split() else 1}]
    if "@" in text:
        return [{"type": "mention", "offset": 0, "length": size}]
    return [{"type": "bold", "offset": 0, "length": size}] if size else []


@st.composite
def contents(draw: st.DrawFn, keys: list[str]) -> Json:
    """What a message is made of."""
    kind = draw(st.sampled_from(("text", "text", "text", "photo", "voice", "video", "place", "contact", "odd")))
    caption = {"caption": draw(TEXT)[:1024]} if draw(st.booleans()) else {}
    album = {"media_group_id": "album"} if draw(st.booleans()) else {}
    match kind:
        case "text":
            text = draw(st.one_of(TEXT, commands(), links(), st.sampled_from(keys)))[:4096]
            return {"text": text, "entities": _entities(text)} if text else {"text": "。"}
        case "photo":
            as_file = {
                "document": {**_FILE, **draw(st.sampled_from([{}, {"mime_type": "image/png"}, {"mime_type": "x"}]))}
            }
            return draw(st.sampled_from([{"photo": [{**_FILE, "width": 1, "height": 1}]}, as_file])) | caption | album
        case "voice":
            return {draw(st.sampled_from(["voice", "audio"])): {**_FILE, "duration": 1}} | caption
        case "video":
            return {"video": _VIDEO} | caption | album
        case "place":
            where = st.one_of(st.sampled_from([0.0, 26.0801, 90.0, -90.0, 180.0, 1e-9]), st.floats(-90, 90))
            return {"location": {"latitude": draw(where), "longitude": draw(where)}}
        case "contact":
            own = {"user_id": draw(IDS)} if draw(st.booleans()) else {}
            return {"contact": {"phone_number": draw(TEXT), "first_name": "甲", **own}}
    note = {**_FILE, "length": 9, "duration": 1}
    poll = {
        "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
        "type": "regular", "allows_multiple_answers": False, "allows_revoting": True, "members_only": False,
    }  # fmt: skip
    odd: list[Json] = [
        {"sticker": _STICKER}, {"dice": {"emoji": "🎲", "value": 3}}, {"video_note": note}, {"poll": poll}, {},
        {"venue": {"location": {"latitude": 1.0, "longitude": 2.0}, "title": "t", "address": "a"}},
        {"story": {"id": 1, "chat": {"id": 5, "type": "private"}}},
        {"game": {"title": "t", "description": "d", "photo": []}},
        {"zz_kind_of_the_future": {"a": 1}},
    ]  # fmt: skip
    return draw(st.sampled_from(odd))


def person(account: int, name: str = "甲") -> Json:
    """An account as Telegram writes it."""
    return {"id": account, "is_bot": False, "first_name": name}


@st.composite
def updates(draw: st.DrawFn, account: int, keys: list[str]) -> Json:
    """Anything that can come from an account, or about it, or about nobody."""
    room = draw(st.sampled_from(["private", "private", "private", "bound", "group", "channel"]))
    chat: Json = {"id": account, "type": "private", "first_name": "甲"}
    if room != "private":
        number = {"bound": B3_GROUP.id, "group": -77, "channel": -88}[room]
        chat = {"id": number, "type": "channel" if room == "channel" else "supergroup", "title": draw(TEXT)[:128]}
    who = person(account, draw(TEXT)[:64] or "甲")
    message: Json = {"message_id": draw(st.integers(1, 2**31 - 1)), "date": draw(st.integers(0, 2**32)), "chat": chat}
    message |= {"from": who} if room != "channel" and draw(st.integers(0, 9)) else {}
    message |= draw(contents(keys))
    if draw(st.integers(0, 9)) == 0:
        message["reply_to_message"] = {**message, "from": person(7), "message_id": 1}
    kind = draw(st.sampled_from(["message"] * 8 + ["edited_message"] + ["callback_query"] * 4 + list(OTHERS)))
    future = draw(FUTURE)
    if kind in ("message", "edited_message"):
        return {kind: {**message, **({"edit_date": 1} if kind == "edited_message" else {}), **future}}
    if kind == "callback_query":
        query: Json = {"id": str(draw(st.integers(1, 10**6))), "from": who, "chat_instance": "1"}
        seen = draw(st.sampled_from(["message", "gone", "inline"]))
        shown = {"message_id": 1, "date": 0 if seen == "gone" else 1, "chat": chat, "text": "…"}
        query |= {"inline_message_id": "x"} if seen == "inline" else {"message": shown}
        return {kind: query | draw(st.sampled_from([{}, {"game_short_name": "g"}])) | {"data": draw(data())} | future}
    return {kind: OTHERS[kind](who, chat, message, draw)} | future


def _service(_: Json, chat: Json, message: Json, draw: st.DrawFn) -> Json:
    bare = {key: message[key] for key in ("message_id", "date", "from") if key in message} | {"chat": chat}
    key = draw(st.sampled_from(sorted(SERVICE)))
    return bare | {key: SERVICE[key]}


def _member(who: Json, chat: Json, _: Json, draw: st.DrawFn) -> Json:
    states = st.sampled_from([
        {"status": "member"}, {"status": "left"}, {"status": "kicked", "until_date": 0}, {"status": "zz_new"},
    ])  # fmt: skip
    bot = {"id": 1, "is_bot": True, "first_name": "近邻"}
    old, new = ({**draw(states), "user": bot} for _ in range(2))
    return {"chat": chat, "from": who, "date": 1, "old_chat_member": old, "new_chat_member": new}


OTHERS: dict[str, Any] = {
    "channel_post": lambda who, chat, message, draw: message,
    "edited_channel_post": lambda who, chat, message, draw: message,
    "business_message": lambda who, chat, message, draw: {**message, "business_connection_id": "b"},
    "my_chat_member": _member,
    "chat_member": _member,
    "service": _service,
    "inline_query": lambda who, chat, message, draw: {"id": "1", "from": who, "query": draw(TEXT), "offset": ""},
    "chosen_inline_result": lambda who, chat, message, draw: {"result_id": "1", "from": who, "query": draw(TEXT)},
    "poll_answer": lambda who, chat, message, draw: {
        "poll_id": "1", "user": who, "option_ids": [0], "option_persistent_ids": ["0"],
    },
    "message_reaction": lambda who, chat, message, draw: {
        "chat": chat, "message_id": 1, "user": who, "date": 1, "old_reaction": [], "new_reaction": [],
    },
    "message_reaction_count": lambda who, chat, message, draw: {
        "chat": chat, "message_id": 1, "date": 1, "reactions": [],
    },
    "chat_join_request": lambda who, chat, message, draw: {
        "chat": chat, "from": who, "user_chat_id": who["id"], "date": 1,
    },
    "zz_update_of_the_future": lambda who, chat, message, draw: draw(WILD),
}  # fmt: skip
"""Kinds of updates to which nothing is said; `service` stands for messages that Telegram itself writes."""


def waits_for_an_answer(update: Json) -> bool:
    """Whether somebody in private chat spoke to the bot or pressed a button; all else may be met with silence.

    Silent by design are: groups, unless the bot is addressed there; channels; what Telegram itself writes into a chat
    (somebody came, a title changed, the bot was blocked); every kind of update but messages, corrected messages and
    presses; and whatever names nobody as its sender. (The further photos of an album only change what the first began.)
    """
    if "callback_query" in update:
        return True
    message = update.get("message") or update.get("edited_message")
    if not isinstance(message, dict) or message["chat"]["type"] != "private" or "from" not in message:
        return False
    return not SERVICE.keys() & message.keys() and "media_group_id" not in message

"""What is read quickly is what python-telegram-bot reads."""

from typing import Any

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st
from telegram.ext import ExtBot
from updates import updates

from bot.reading import update_of
from handlers.context import Bot

BOT: Bot = ExtBot("1:test")
WHO = {"id": 5, "is_bot": False, "first_name": "甲", "language_code": "zh-hans"}
CHAT = {"id": 5, "type": "private", "first_name": "甲"}
WORDS = {"message_id": 7, "date": 1_790_000_000, "chat": CHAT, "from": WHO, "text": "/my 灯"}


def _slots(thing: object) -> set[str]:
    return {name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())}


def same(a: object, b: object) -> bool:
    """Whether two objects agree in every slot, down to the last."""
    if type(a) is not type(b):
        return False
    if isinstance(a, telegram.TelegramObject):
        return all(same(getattr(a, name), getattr(b, name)) for name in _slots(a))
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a is b or a == b


@pytest.mark.parametrize(
    "update",
    [
        {"message": WORDS},
        {"message": {**WORDS, "entities": [{"type": "bot_command", "offset": 0, "length": 3}]}},
        {"message": {**WORDS, "chat": {"id": -100, "type": "supergroup", "title": "群"}}},
        {
            "message": {
                "message_id": 7,
                "date": 1,
                "chat": CHAT,
                "from": {**WHO, "last_name": "乙", "username": "jia", "is_premium": True},
                "caption": "灯",
                "caption_entities": [{"type": "bold", "offset": 0, "length": 1}],
                "media_group_id": "9",
                "photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 2}],
            }
        },
        {
            "callback_query": {
                "id": "8",
                "from": WHO,
                "chat_instance": "1",
                "data": "a:1:",
                "message": {
                    **WORDS,
                    "edit_date": 1_790_000_009,
                    "reply_markup": {"inline_keyboard": [[{"text": "好", "callback_data": "a:1:"}]]},
                },
            }
        },
    ],
)
def test_what_people_usually_send_is_the_same_object(update: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {"update_id": 3, **update}
    expected = telegram.Update.de_json(raw, BOT)
    monkeypatch.delattr(telegram.Update, "de_json")

    assert same(update_of(raw, BOT), expected)


@given(st.data())
def test_whatever_is_sent_is_the_same_object(data: st.DataObject) -> None:
    raw = {"update_id": 3, **data.draw(updates(5, ["📷 随手拍"]))}

    def read(how: Any) -> object:
        try:
            return how(raw, BOT)
        except Exception as error:
            return type(error)

    assert same(read(update_of), read(telegram.Update.de_json))

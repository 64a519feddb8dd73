"""Meeting the Bot API at the start: it is waited for, and told what whoever receives has to tell."""

import asyncio
from pathlib import Path

import pytest
from factories import ZONE
from fake_api import FakeApi

from bot.meeting import meet
from bot.settings import SettingsError
from bot.transport import BadToken, Rejected, Unreachable
from handlers.texts import Texts


async def test_who_only_works_asks_for_nothing_but_its_name() -> None:
    api = FakeApi()

    me = await meet(api, asyncio.Event())

    assert me is not None
    assert me.username == "jinlin_bot"
    assert [call.method for call in api.calls] == ["getMe"]


async def test_who_receives_drops_an_earlier_webhook_and_tells_commands_even_if_some_are_refused() -> None:
    api = FakeApi()
    api.refuse(Rejected("no such scope"), method="setMyCommands")

    me = await meet(api, asyncio.Event(), texts=Texts(overrides=Path(), zone=ZONE), drop_webhook=True)

    assert me is not None
    menus = [call for call in api.calls if call.method == "setMyCommands"]
    told = [(call.params["scope"]["type"], call.params.get("language_code")) for call in menus]
    assert [call.method for call in api.calls[:2]] == ["getMe", "deleteWebhook"]
    scopes = ("all_private_chats", "all_group_chats", "all_chat_administrators")
    assert told == [(scope, language) for language in (None, "en") for scope in scopes]
    offered = [{c["command"] for c in call.params["commands"]} for call in menus[1:3]]
    assert offered == [{"report"}, {"report", "bind"}]
    said = [call.params for call in api.calls if call.method in ("setMyDescription", "setMyShortDescription")]
    assert [len(next(iter(params.values()))) <= 512 for params in said] == [True] * 4
    assert "不收一分钱" in said[0]["description"]


async def test_an_api_that_does_not_answer_is_waited_for_until_we_are_to_stop() -> None:
    api, stopping = FakeApi(), asyncio.Event()
    api.refuse(Unreachable("x"))

    meeting = asyncio.create_task(meet(api, stopping))
    await asyncio.sleep(0)
    stopping.set()

    assert await asyncio.wait_for(meeting, 5) is None


async def test_what_the_operator_must_mend_is_raised() -> None:
    api = FakeApi()

    api.refuse(BadToken("x"))
    with pytest.raises(BadToken):
        await meet(api, asyncio.Event())
    api.refuse(Rejected("bad webhook"), method="deleteWebhook")
    with pytest.raises(SettingsError, match="bad webhook"):
        await meet(api, asyncio.Event(), drop_webhook=True)

"""Who may ask: this machine's programs and webchat's own page, and no page from elsewhere."""

import pytest
from bot_side import BotSide

from webchat.client import WebchatClient

FOREIGN = {
    "another name": {"Host": "evil.example"},
    "a name that begins like ours": {"Host": "[::1].evil.example"},
    "no name": {"Host": ""},
    "another site's form": {"Origin": "http://evil.example"},
    "another site's picture": {"Sec-Fetch-Site": "cross-site"},
    "another port's page": {"Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize(
    "path", ["/control/people", "/bot1:local/getUpdates?offset=-1", "/file/bot1:local/photos/x.png", "/samples/0.png"]
)
async def test_no_other_site_gets_an_answer(path: str, headers: dict[str, str], bot: BotSide) -> None:
    """Neither by a name that leads here nor from a page elsewhere, whichever part of webchat it asks."""
    status, _ = await bot.send(path, verb="GET", headers=headers)

    assert status == 403


async def test_another_sites_page_takes_no_update_and_reads_no_chat(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """What it asks for by a picture's address is not done."""
    await chat.say(granny, "灯坏了")
    await bot.call("sendMessage", chat_id=granny, text="好")
    read = f"/control/messages?person={granny}&read=1"

    await bot.send("/bot1:local/getUpdates?offset=999999999", verb="GET", headers=FOREIGN["another site's picture"])
    await bot.send(read, verb="GET", headers=FOREIGN["another site's picture"])

    assert [one["message"]["text"] for one in await bot.updates()] == ["灯坏了"]
    assert (await chat.get("/chats", person=granny))["chats"][0]["unread"] == 1


@pytest.mark.parametrize("path", ["/", "/phones", "/doors"])
async def test_a_link_elsewhere_may_lead_to_the_page(path: str, bot: BotSide) -> None:
    """Nothing happens by looking."""
    status, _ = await bot.send(path, verb="GET", headers=FOREIGN["another site's picture"])

    assert status == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_the_page_itself_and_what_is_typed_into_the_browser_is_answered(site: str, bot: BotSide) -> None:
    """As programs are, which say nothing of a site."""
    status, _ = await bot.send("/control/people", verb="GET", headers={"Sec-Fetch-Site": site})

    assert status == 200

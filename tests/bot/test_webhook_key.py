"""While the key is changed the webhook takes what carries the secret announced before, and nothing else; and feeds."""

import aiohttp
from factories import KEY, StillClock

from bot.settings import Settings
from bot.transport import Transport
from bot.webhook import Webhook
from proof import ports
from storage.crypto import Cipher, new_key
from storage.database import connect
from storage.migrations import migrate


async def week(token: str) -> str | None:
    """One token leads somewhere."""
    return "BEGIN:VCALENDAR" if token == "right-one" else None


async def test_the_secret_of_the_old_key_is_good_as_long_as_the_old_key_is_given(database_url: str) -> None:
    port = ports.free()
    new = new_key()
    database = await connect(database_url, Cipher(new, old=[KEY]))
    settings = Settings(token="1:test", webhook_url="https://bot.example/hook", webhook_listen=f"127.0.0.1:{port}")
    transport = Transport(api_url="http://127.0.0.1:9", token="1:test")
    webhook = Webhook(settings=settings, database=database, transport=transport, clock=StillClock(), week=week)
    answers = []
    fetched = []
    try:
        await migrate(database)
        await webhook.start()
        async with aiohttp.ClientSession() as client:
            for number, key in enumerate((new, KEY, new_key())):
                secret = {"X-Telegram-Bot-Api-Secret-Token": Cipher(key).hash("webhook").hex()}
                address = f"http://127.0.0.1:{port}/hook"
                async with client.post(address, json={"update_id": number}, headers=secret) as answer:
                    answers.append(answer.status)
            for name in ("right-one", "wrong", "../hook", "a" * 65):
                async with client.get(f"http://127.0.0.1:{port}/hook/week/{name}.ics") as answer:
                    fetched.append((answer.status, answer.content_type))
    finally:
        await webhook.stop()
        await transport.close()
        await database.close()

    assert answers == [200, 200, 401]
    assert fetched[0] == (200, "text/calendar")
    assert [status for status, _ in fetched[1:]] == [404, 404, 404]

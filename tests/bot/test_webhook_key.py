"""While the key is changed the webhook takes what carries the secret announced before, and nothing else."""

import socket

import aiohttp
from factories import KEY, StillClock

from bot.settings import Settings
from bot.transport import Transport
from bot.webhook import Webhook
from storage.crypto import Cipher, new_key
from storage.database import connect
from storage.migrations import migrate


async def test_the_secret_of_the_old_key_is_good_as_long_as_the_old_key_is_given(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    new = new_key()
    database = await connect(database_url, Cipher(new, old=[KEY]))
    settings = Settings(token="1:test", webhook_url="https://bot.example/hook", webhook_listen=f"127.0.0.1:{port}")
    transport = Transport(api_url="http://127.0.0.1:9", token="1:test")
    webhook = Webhook(settings=settings, database=database, transport=transport, clock=StillClock())
    answers = []
    try:
        await migrate(database)
        await webhook.start()
        async with aiohttp.ClientSession() as client:
            for number, key in enumerate((new, KEY, new_key())):
                secret = {"X-Telegram-Bot-Api-Secret-Token": Cipher(key).hash("webhook").hex()}
                address = f"http://127.0.0.1:{port}/hook"
                async with client.post(address, json={"update_id": number}, headers=secret) as answer:
                    answers.append(answer.status)
    finally:
        await webhook.stop()
        await transport.close()
        await database.close()

    assert answers == [200, 200, 401]

"""A running bot has loaded what it uses, and nothing else."""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path

from aiohttp import web
from factories import KEY

from bot.lean import starting

ROOT = Path(__file__).parents[2]
NOT_YET = {
    "aiohttp.web",  # the webhook, the metrics and the demo serve; who polls does not
    "asyncpg",
    "babel",
    "bot.demo",
    "bot.monitor",
    "bot.webhook",
    "fpdf",
    "opencc",
    "openpyxl",
    "prometheus_client",
    "pygments",
    "resvg_py",
    "rich",
    "starlette",
    "typst",
    "uvicorn",
    "webchat",
}
# `jinlin run`, which tells what it has loaded when it ends.
_RUN = """
import atexit, sys
atexit.register(lambda: print(*sys.modules))
from bot.__main__ import main
sys.argv = ["jinlin", "run"]
main()
"""
_PERSON = {"id": 5, "is_bot": False, "first_name": "x", "language_code": "zh-hans"}
_SAID = {
    "message_id": 1,
    "date": 1,
    "chat": {"id": 5, "type": "private", "first_name": "x"},
    "from": _PERSON,
    "text": "/menu",
    "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
}


async def test_a_bot_that_has_answered_has_not_loaded_what_only_some_commands_and_jobs_use(tmp_path: Path) -> None:
    answered = asyncio.Event()

    async def api(request: web.Request) -> web.Response:
        match request.match_info["method"]:
            case "getMe":
                result: object = {"id": 1, "is_bot": True, "first_name": "x", "username": "x_bot"}
            case "getUpdates":
                result = [{"update_id": 1, "message": _SAID}]
            case "sendMessage":
                answered.set()
                result = {"message_id": 2}
            case _:
                result = True
        return web.json_response({"ok": True, "result": result})

    served = web.Application()
    served.router.add_route("*", "/bot{token}/{method}", api)
    runner = web.AppRunner(served)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    settings = {
        "JINLIN_TOKEN": "1:x",
        "JINLIN_API_URL": f"http://127.0.0.1:{runner.addresses[0][1]}",
        "JINLIN_DATABASE_URL": f"sqlite:///{tmp_path}/jinlin.db",
        "JINLIN_SECRET_KEY": KEY,
    }
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _RUN,
        cwd=tmp_path,
        env=os.environ | settings | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )

    try:
        async with asyncio.timeout(60):
            await answered.wait()
        bot.send_signal(signal.SIGTERM)
        loaded = set((await bot.communicate())[0].decode().split())
    finally:
        if bot.returncode is None:
            bot.kill()
            await bot.wait()
        await runner.cleanup()

    assert {"bot.worker", "handlers.report", "telegram.ext"} <= loaded
    assert NOT_YET & loaded == set()


def test_what_was_left_out_of_a_start_is_found_by_whoever_asks_for_it_afterwards() -> None:
    name = "colorsys"
    sys.modules.pop(name, None)

    with starting(name):
        try:
            __import__(name)
            found = True
        except ImportError:
            found = False

    assert not found
    assert __import__(name).rgb_to_hsv(0, 0, 0) == (0, 0, 0)


def test_garbage_is_collected_again_after_the_start() -> None:
    with starting():
        meanwhile = gc.isenabled()
    afterwards = gc.isenabled()
    gc.unfreeze()

    assert (meanwhile, afterwards) == (False, True)

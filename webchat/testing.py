"""The control API for tests and for the demo's clock: faults, limits, raw updates, the log, time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import aiohttp

from webchat import samples
from webchat.addresses import is_loopback, parsed
from webchat.asks import MAX_WAIT, Action, Ask
from webchat.clock import iso
from webchat.errors import Refused
from webchat.faults import DOWNLOAD, Fault, checked_limits
from webchat.params import BY_LOWER_NAME
from webchat.records import Wire

ANSWER_IN = aiohttp.ClientTimeout(total=20)


async def set_fault(ask: Ask) -> Wire:
    """Trouble for the next calls that fit, or until it is deleted."""
    kind, method = str(ask.values.get("kind", "")), ask.text("method", "")
    if method.lower() not in ("", DOWNLOAD, *BY_LOWER_NAME):
        raise Refused(f"method must be one of the Bot API's, or {DOWNLOAD}")
    fault = Fault(
        kind=kind,
        bot=ask.bot().id if "bot" in ask else 0,
        chat=str(ask.whole("chat")) if "chat" in ask else "",
        method=method,
        times=ask.whole("times", 0 if kind == "down" else 1),
        seconds=ask.number("seconds", 0),
        retry_after=ask.whole("retry_after", 1),
    )
    return {"id": ask.hub.trouble(fault), "faults": ask.hub.faults.listed()}


async def faults(ask: Ask) -> Wire:
    """Trouble still to come."""
    return {"faults": ask.hub.faults.listed(), "limits": ask.hub.faults.limits}


async def no_fault(ask: Ask) -> Wire:
    """One trouble less."""
    ask.hub.faults.remove(ask.whole("fault"))
    return {"faults": ask.hub.faults.listed()}


async def no_faults(ask: Ask) -> Wire:
    """No more trouble; limits off too."""
    ask.hub.faults.clear()
    return {"faults": []}


async def limits(ask: Ask) -> Wire:
    """Telegram's limits on sending: those named are on, the others off."""
    ask.hub.faults.limits = checked_limits(dict(ask.values))
    return {"limits": ask.hub.faults.limits}


async def privacy(ask: Ask) -> Wire:
    """Privacy mode of a bot on or off."""
    bot = ask.bot()
    bot.privacy = ask.flag("on", default=True)
    ask.hub.world.save_bot(bot)
    return {"bot": bot.id, "privacy": bot.privacy}


async def duplicate(ask: Ask) -> Wire:
    """Deliver an update once more."""
    wanted = ask.whole("update_id") if "update_id" in ask else None
    try:
        return {"update_id": ask.hub.queues[ask.bot().id].again(wanted)}
    except LookupError:
        raise Refused("there is no such update among the last 1,000") from None


async def inject(ask: Ask) -> Wire:
    """Deliver a raw update of any kind."""
    update = ask.values.get("update")
    if not isinstance(update, dict):
        raise Refused("update must be an object")
    id_ = update.get("update_id", 1)
    if isinstance(id_, bool) or not isinstance(id_, int) or not 0 < id_ < 2**53:
        raise Refused("update_id must be a whole number")
    return {"update_id": ask.hub.queues[ask.bot().id].put(update, forced="update_id" in update)}


async def requests(ask: Ask) -> Wire:
    """The log of the bots' calls (of getUpdates, only those that failed)."""
    hub = ask.hub
    after = ask.whole("after", 0)
    await hub.log.bell.wait_until(lambda: hub.log.last > after, min(ask.number("wait", 0), MAX_WAIT))
    return {"requests": hub.log.since(after, ask.text("method", "")), "last": hub.log.last}


async def updates(ask: Ask) -> Wire:
    """What a bot has not confirmed yet."""
    queue = ask.hub.queues[ask.bot().id]
    return {"updates": [waiting.update for waiting in queue.waiting]}


async def bots(ask: Ask) -> Wire:
    """The bots that run here."""
    seen = [
        {"id": bot.id, "name": bot.name, "username": bot.username, "privacy": bot.privacy}
        for bot in ask.hub.world.bots.values()
    ]
    return {"bots": seen}


def _clock_view(ask: Ask) -> Wire:
    clock = ask.hub.clock
    return {
        "now": iso(clock.now()),
        "moved": abs(clock.offset) >= timedelta(seconds=2),
        "available": bool(clock.url),
        "zone": clock.zone,
    }


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("now must be a time in ISO 8601") from None
    if moment.tzinfo is None:
        raise Refused("now must say its zone, such as Z")
    if not 2000 <= moment.year <= 2100:
        raise Refused("now must be a time of this century")
    return moment.astimezone(UTC)


async def clock(ask: Ask) -> Wire:
    """What time it is here."""
    return _clock_view(ask)


async def set_clock(ask: Ask) -> Wire:
    """The running bot tells its control address, its time and its zone."""
    url = ask.text("url", ask.hub.clock.url)
    parts = parsed(url)
    if url and (parts.scheme != "http" or not is_loopback(parts.hostname or "")):
        raise Refused("url must be http:// on this machine")
    zone = ask.text("zone", ask.hub.clock.zone, most=64)
    if zone not in available_timezones():
        raise Refused("zone must be a time zone such as Asia/Shanghai")
    if "now" in ask:
        ask.hub.clock.follow(_moment(ask.text("now")))
    ask.hub.clock.url, ask.hub.clock.zone = url, zone
    ask.hub.save_clock()
    return _clock_view(ask)


async def advance(ask: Ask) -> Wire:
    """Move the time here and the bot's by as much; not at all when the bot does not follow."""
    seconds = ask.number("seconds")
    if not 0 < seconds <= 366 * 86_400:
        raise Refused("seconds must be above 0 and at most a year")
    moved = ask.hub.clock
    if not moved.url:
        raise Refused("no bot has given its control address", code="clock")
    step = timedelta(seconds=seconds)
    moved.offset += step  # first here: the bot may speak before it has answered
    try:
        async with (
            aiohttp.ClientSession(timeout=ANSWER_IN) as session,
            session.post(moved.url, json={"advance": seconds}) as answer,
        ):
            answer.raise_for_status()
    except (aiohttp.ClientError, TimeoutError) as error:
        moved.offset -= step
        why = f"the bot's clock did not follow ({type(error).__name__}); is the bot running?"
        raise Refused(why, code="clock") from None
    ask.hub.save_clock()
    return _clock_view(ask)


async def reset(ask: Ask) -> Wire:
    """An empty world; with ``bots``, the bots too forget what they said about themselves."""
    ask.hub.clear(bots=ask.flag("bots"))
    return {"ok": True}


async def picture_list(_: Ask) -> Wire:
    """The sample pictures."""
    return {"samples": samples.listed()}


ROUTES: dict[tuple[str, str], Action] = {
    ("POST", "/faults"): set_fault,
    ("GET", "/faults"): faults,
    ("DELETE", "/faults/{fault}"): no_fault,
    ("DELETE", "/faults"): no_faults,
    ("POST", "/limits"): limits,
    ("POST", "/privacy"): privacy,
    ("POST", "/duplicate"): duplicate,
    ("POST", "/inject"): inject,
    ("GET", "/requests"): requests,
    ("GET", "/updates"): updates,
    ("GET", "/bots"): bots,
    ("POST", "/clock"): set_clock,
    ("GET", "/clock"): clock,
    ("POST", "/clock/advance"): advance,
    ("POST", "/reset"): reset,
    ("GET", "/samples"): picture_list,
}

"""Deep links: which addresses lead into a chat here, to whom, and with what; the page has them in `links.js`."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from webchat.addresses import parsed

HOSTS = {"t.me", "telegram.me"}
USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,31}")


@dataclass(frozen=True, kw_only=True)
class DeepLink:
    """A bot, what is said to it at the start, and whether that is said in a group."""

    username: str
    payload: str = ""
    for_group: bool = False


def read(url: str) -> DeepLink | None:
    """What a link means that leads into a chat here; None for every other."""
    parts = parsed(url if "://" in url else f"https://{url}")
    query = parse_qs(parts.query)
    if parts.scheme == "tg" and parts.netloc == "resolve":
        username = query.get("domain", [""])[0]
    elif parts.scheme in {"http", "https"} and (parts.hostname or "").lower() in HOSTS:
        username = parts.path.strip("/")
    else:
        return None
    if not USERNAME.fullmatch(username):
        return None
    for_group = "startgroup" in query
    return DeepLink(
        username=username, payload=query.get("startgroup" if for_group else "start", [""])[0], for_group=for_group
    )

"""Who may ask: programs of this machine and webchat's own page; no other site, no other name for this address."""

import re

from starlette.types import Scope

from webchat.addresses import is_loopback

NOT_FROM_HERE = "webchat answers this machine's programs and its own page only"
HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:]+))(?::\d{1,5})?")
PAGES = {"/", "/phones", "/doors"}  # what a link elsewhere may lead to: nothing happens by looking
FOREIGN = {"cross-site", "same-site"}  # what browsers say of a question that another page asks


def from_here(scope: Scope) -> bool:
    """Whether the one who asks may: by a name of this machine, and not sent by another site's page."""
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    named = HOST.fullmatch(host)
    if named is None or not is_loopback(named[1] or named[2]):
        return False
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin and origin != f"http://{host}":
        return False
    asked_by = headers.get(b"sec-fetch-site", b"").decode("latin-1")
    return asked_by not in FOREIGN or (scope["method"] == "GET" and scope["path"] in PAGES)

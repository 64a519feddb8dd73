"""Links as QR codes to scan."""

import io

import segno

from webchat.addresses import parsed
from webchat.errors import Refused

LONGEST = 512


def drawn(link: str) -> bytes:
    """An SVG of the link as a QR code, error correction M; Refused when it is no link."""
    if len(link) > LONGEST or parsed(link).scheme not in {"http", "https", "tg"}:
        raise Refused(f"link must be a http, https or tg link of at most {LONGEST} characters", code="no_link")
    svg = io.BytesIO()
    code = segno.make_qr(link, error="m")
    code.save(svg, kind="svg", scale=8, border=4, xmldecl=False, svgclass=None, lineclass=None)
    return svg.getvalue()

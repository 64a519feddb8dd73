"""Which entities may lie in which: what a bot marks is put into the form in which Telegram shows it."""

from bisect import bisect_left, bisect_right
from itertools import islice

from webchat.addresses import parsed
from webchat.records import Wire

SPLIT = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = ("blockquote", "expandable_blockquote")
CODE = ("pre", "code")
SCHEMES = {"http", "https", "tg", "ton", "tonsite"}

Span = tuple[int, int]


def nested(entities: list[Wire]) -> list[Wire]:
    """Links without a sound address go, and what lies where it may not; equal neighbours become one.

    Nothing lies in code, no quotation in another, other marks do not cross; only bold and its like lie anywhere else.
    """
    entities = sorted(filter(None, map(_linked, entities)), key=lambda one: (one["offset"], -one["length"]))
    quotes = _apart([one for one in entities if one["type"] in QUOTES])
    whole = _apart([one for one in entities if one["type"] not in (*SPLIT, *QUOTES)])
    edges = sorted(edge for one in quotes for edge in _span(one))
    whole = [one for one in whole if bisect_right(edges, one["offset"]) == bisect_left(edges, _span(one)[1])]
    code = [_span(one) for one in whole if one["type"] in CODE]
    split: list[Wire] = []
    for kind in SPLIT:
        joined = _joined([_span(one) for one in entities if one["type"] == kind])
        split += [{"type": kind, "offset": at, "length": end - at} for at, end in _without(joined, code)]
    return [*quotes, *whole, *split]


def _span(entity: Wire) -> Span:
    return entity["offset"], entity["offset"] + entity["length"]


def _linked(entity: Wire) -> Wire | None:
    if entity["type"] != "text_link":
        return entity
    url = str(entity["url"]).strip()
    parts = parsed(url if "://" in url else f"http://{url}")
    if parts.scheme.lower() not in SCHEMES or not parts.netloc:
        return None
    if parts.scheme.lower() in {"http", "https"} and "." not in parts.netloc and parts.hostname != "localhost":
        return None
    return entity | {"url": url if "://" in url else f"http://{url}"}


def _apart(entities: list[Wire]) -> list[Wire]:
    """Those that do not begin within another; of two in one place the longer."""
    kept: list[Wire] = []
    end = 0
    for one in entities:
        if one["offset"] >= end:
            kept.append(one)
            end = _span(one)[1]
    return kept


def _joined(spans: list[Span]) -> list[Span]:
    """Spans that overlap or touch as one."""
    joined: list[Span] = []
    for begin, end in spans:
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


def _without(spans: list[Span], holes: list[Span]) -> list[Span]:
    """What is left of spans outside of others; both are in order and apart."""
    left: list[Span] = []
    first = 0
    for begin, end in spans:
        at = begin
        while first < len(holes) and holes[first][1] <= begin:
            first += 1
        for hole_begin, hole_end in islice(holes, first, None):
            if hole_begin >= end:
                break
            if hole_begin > at:
                left.append((at, hole_begin))
            at = hole_end
        if at < end:
            left.append((at, end))
    return left

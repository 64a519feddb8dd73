"""Picking a place: estate, building, stairwell, flat, each by a tap or by its name."""

from dataclasses import dataclass

from community import permissions, places
from community.tell import Both, Text
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, grid
from handlers.said import Kind, Said
from storage.records import Json
from storage.states import PlaceKind


@dataclass(frozen=True, kw_only=True)
class AskPlace(Text, template="join/ask_place"):
    """Which of these?"""

    at: Both
    first: bool
    other: bool


@dataclass(frozen=True, kw_only=True)
class PickFromButtons(Text, template="join/pick_from_buttons"):
    """A tap was asked for."""


async def ask(turn: Turn, draft: Json, flow: Flow, *, other: bool = False) -> None:
    """Show what lies at `draft["at"]`; `other`: it is somebody else's home."""
    at = await places.get(turn.tx, draft["at"]) if draft["at"] else None
    if at is not None and at.kind in places.HOMES and at.parent_id is not None:  # back again: pick another home
        draft["at"] = at.parent_id
        at = await places.get(turn.tx, at.parent_id)
    options = [flow.choice("place", str(p.id), p.name) for p in await places.ways_down(turn.tx, at)]
    up = [flow.choice("place", "up", "back")] if at is not None and at.id != draft.get("door") else []
    text = AskPlace(at=await permissions.full_name(turn.tx, draft["at"]), first=at is None, other=other)
    await turn.say(text, buttons=[*grid(options, width=3), [*up, *flow.ways_out("place", back=False)]])


async def take(turn: Turn, draft: Json, said: Said) -> bool:
    """One step down (or up); True when a home is reached. Raises AskAgain."""
    at = await places.get(turn.tx, draft["at"]) if draft["at"] else None
    if said.kind is Kind.PRESS and said.text == "up" and at is not None:
        draft["at"] = at.parent_id if at.kind is not PlaceKind.ESTATE else None
        return False
    typed = said.text.strip()
    options = await places.ways_down(turn.tx, at)
    if said.kind is Kind.PRESS:
        chosen = next((p for p in options if typed == str(p.id)), None)
    else:
        chosen = next((p for p in options if typed in (p.name_zh, p.name_en)), None)
    if chosen is None:
        raise AskAgain(PickFromButtons())
    draft["at"] = chosen.id
    return chosen.kind in places.HOMES

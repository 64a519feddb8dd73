"""The draft of a report: what is said goes into it, and what is still unknown is asked for."""

from community import places, report_intake
from community.errors import TooLong
from handlers.context import Turn
from handlers.said import Kind, Said
from storage.records import Json
from storage.states import PlaceKind

MEDIA = (Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO, Kind.VOICE)


def new() -> Json:
    """Nothing yet."""
    return {
        "category": "",
        "place_id": None,
        "spot": "",
        "words": "",
        "files": [],
        "find": "",
        "album": "",
        "preview": 0,
        "door": True,
    }


def add(turn: Turn, draft: Json, said: Said) -> bool:
    """Take what was said into the draft; False when there is nothing in it for a report."""
    if said.kind in MEDIA:
        if len(draft["files"]) < turn.here.neighbourhood.reports.photos:
            draft["files"].append([said.kind.value, said.file])
        draft["album"] = said.album
    elif said.kind is not Kind.TEXT:
        return False
    if said.text:
        draft["words"] = within("\n".join(w for w in (draft["words"], said.text.strip()) if w))
        guess = turn.here.neighbourhood.guess_category(said.text)
        if guess and (guess.urgent or not draft["category"]):
            draft["category"] = guess.code  # danger goes before what it was about at first
    return True


def within(words: str) -> str:
    """The words, if they are not too many. Raises TooLong."""
    if len(words) > report_intake.WORDS_LIMIT:
        raise TooLong(limit=report_intake.WORDS_LIMIT, length=len(words))
    return words


async def next_step(turn: Turn, draft: Json) -> str:
    """The first thing that is still unknown, or the preview."""
    if draft["place_id"] is None and turn.person.place_id is not None:
        building = await places.above(turn.tx, turn.person.place_id, PlaceKind.BUILDING)
        draft["place_id"] = building.id if building else turn.person.place_id
    if not (draft["files"] or draft["words"]):
        return "what"
    if not draft["category"]:
        return "category"
    return "place" if draft["place_id"] is None else "preview"


async def take_location(turn: Turn, draft: Json, said: Said) -> None:
    """The building nearest to a place on the map, and the place itself."""
    nearest = await places.nearest_building(turn.tx, latitude=said.latitude, longitude=said.longitude)
    if nearest is not None:
        draft["place_id"] = nearest.id
        draft["spot"] = f"{said.latitude:.5f}, {said.longitude:.5f}"


async def from_home(turn: Turn, draft: Json) -> bool:
    """Whether it is an emergency at the reporter's own home: then who comes needs the door, unless they say no."""
    home = turn.person.place_id
    if home is None or draft["spot"] or draft["find"]:
        return False
    building = await places.above(turn.tx, home, PlaceKind.BUILDING)
    at_home = draft["place_id"] in (home, building.id if building else None)
    return at_home and turn.here.neighbourhood.category(draft["category"]).urgent

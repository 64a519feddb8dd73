"""The neighbourhood file: the example is whole, another one loads, and each mistake is named where it is."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from community.neighbourhood import Neighbourhood, NeighbourhoodError, Place, load
from community.working_time import WorkingTime

EXAMPLE = Path(__file__).parents[2] / "community" / "example" / "neighbourhood.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")

SMALL = """
passwords = [
  "apple", "pear", "plum", "fig", "lime", "lemon", "mango", "melon", "grape", "peach",
  "rose", "lily", "iris", "daisy", "poppy", "tulip", "violet", "aster", "lotus", "holly",
]

[street]
code = "WARD"
name = { zh = "河岸区", en = "Riverbank Ward" }

[community]
code = "QUAY"
name = { zh = "码头", en = "The Quay" }
hotline = "+44 1632 960100"
stairwell_name = { zh = "{no}", en = "Stair {no}" }

[hours]
start = "09:00"
end = "13:00"
weekdays = ["tue", "sat"]

[calendar]
holidays = "none"

[[estates]]
code = "MILL"
name = { zh = "磨坊", en = "The Mill" }

[[buildings]]
code = "MILL-A"
estate = "MILL"
name = { zh = "甲座", en = "Block A" }

[[buildings.stairwells]]
no = "N"
floors = 2
flats = [{ no = "A", area = 70 }, { no = "B", area = 55.5 }]
without = ["1B"]
households = [
  { number = "2B", floor = 2, area = "60.25" },
  { number = "PH", floor = 3, area = "120" },
]

[[grids]]
code = "GR"
name = { zh = "一网格", en = "Grid" }
cells = [
  { code = "GR-1", name = { zh = "一队", en = "One" }, households = ["MILL-A-N/1-2"] },
  { code = "GR-2", name = { zh = "二队", en = "Two" }, households = ["MILL-A-N-PH"] },
]

[[units]]
code = "council"
name = { zh = "议会", en = "Council" }
phone = "01632 960101"

[[categories]]
code = "pothole"
emoji = "🕳"
name = { zh = "坑洞", en = "Pothole" }
words = ["pothole", "hole"]
resolve = { days = 3, clock = "working" }
units = ["council"]

[[services]]
code = "dog"
emoji = "🐕"
name = { zh = "遛狗", en = "Dog walking" }
minutes = 45
due_minutes = 600
"""


@pytest.fixture(scope="module")
def example() -> Neighbourhood:
    return load(EXAMPLE)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a neighbourhood file and give its path."""

    def write(text: str) -> Path:
        path = tmp_path / "ours.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def places(example: Neighbourhood) -> dict[str, Place]:
    return {place.code: place for place in example.places()}


def test_the_example_has_the_promised_size(example: Neighbourhood) -> None:
    kinds = Counter(place.kind for place in example.places())

    assert kinds == {
        "street": 1,
        "community": 1,
        "estate": 2,
        "grid": 3,
        "cell": 24,
        "building": 6,
        "stairwell": 12,
        "household": 144,
        "dormitory": 1,
    }


def test_places_come_after_what_they_refer_to(example: Neighbourhood) -> None:
    seen: set[str | None] = {None}
    for place in example.places():
        assert {place.parent_code, place.grid_code, place.cell_code} <= seen
        seen.add(place.code)


def test_each_cell_of_the_example_has_at_most_ten_households(example: Neighbourhood) -> None:
    sizes = Counter(place.cell_code for place in example.places() if place.kind == "household")

    assert None not in sizes
    assert max(sizes.values()) <= 10


def test_a_household_knows_its_floor_area_grid_and_cell(places: dict[str, Place]) -> None:
    flat = places["B3-2-301"]

    assert (flat.parent_code, flat.floor, flat.area) == ("B3-2", 3, 8550)
    assert (flat.grid_code, flat.cell_code) == ("G2", "G2-C03")


def test_a_building_within_one_grid_carries_it_with_its_point(places: dict[str, Place]) -> None:
    building = places["B3"]

    assert (building.parent_code, building.grid_code, building.latitude) == ("E1", "G2", 26.0805)


def test_a_stairwell_is_called_as_the_community_calls_it(places: dict[str, Place]) -> None:
    assert places["B3-2"].name.for_language("zh_CN") == "2梯"
    assert places["B3-2"].name.for_language("en") == "Stairwell 2"


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Rongyin Community"), ("zh_CN", "榕荫社区"), ("zh_TW", "榕荫社区"), ("", "榕荫社区")],
)
def test_english_is_for_english_and_chinese_for_everybody_else(
    example: Neighbourhood, language: str, name: str
) -> None:
    assert example.community.name.for_language(language) == name


def test_the_example_sets_the_agreed_defaults(example: Neighbourhood, write: Callable[[str], Path]) -> None:
    """What the example writes out is what a file that leaves it out gets."""
    short = load(write(SMALL))

    assert example.time_bank == short.time_bank
    assert (example.dispatch, example.votes, example.reports, example.targets, example.quiet) == (
        short.dispatch,
        short.votes,
        short.reports,
        short.targets,
        short.quiet,
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("fund_floor_hours = 5", "time_bank.fund_floor_hours: expected a number of 0 or less, got 5"),
        ('fund_floor_hours = "-5"', 'time_bank.fund_floor_hours: expected a whole number, got "-5"'),
        ("publish_day = 29", "time_bank.publish_day: expected a number of 28 or less, got 29"),
        ("publish_day = 0", "time_bank.publish_day: expected a number of 1 or more, got 0"),
        ("ceiling_hours = 0", "time_bank.ceiling_hours: expected a number above 0, got 0"),
        ("gift_days = 1.5", "time_bank.gift_days: expected a whole number, got 1.5"),
        ("price = 1", "time_bank.price: expected no such key, got 1"),
        ("visit_cap = 1", "time_bank.visit_cap: expected no such key (did you mean visit_cap_minutes?), got 1"),
    ],
)
def test_a_number_of_the_time_bank_that_cannot_be_is_named(
    write: Callable[[str], Path], line: str, message: str
) -> None:
    with pytest.raises(NeighbourhoodError) as refused:
        load(write(f"{SMALL}\n[time_bank]\n{line}\n"))

    assert message in str(refused.value)


def test_keeping_company_is_marked_on_the_services(example: Neighbourhood) -> None:
    assert [s.code for s in example.services if s.companion] == ["chat", "walking"]


def test_emergency_numbers_are_known_without_being_written(write: Callable[[str], Path]) -> None:
    emergency = load(write(SMALL)).community.emergency

    assert (emergency.medical, emergency.police, emergency.fire) == ("120", "110", "119")


def test_the_examples_chinese_texts_have_full_width_punctuation() -> None:
    texts = re.findall(r'zh = "([^"]*)"', EXAMPLE.read_text(encoding="utf-8"))

    half_width = [text for text in texts if re.search(r"[,;:()!?]", text)]

    assert half_width == []


def test_the_services_are_the_thirteen_that_can_be_ordered(example: Neighbourhood) -> None:
    names = [service.name.zh for service in example.services]

    assert " ".join(names) == ("修东西 送饭 代买 代取药 陪诊 手机教学 教缴费 查燃气 理发 送书 陪聊 助行 其他")
    assert [service.code for service in example.services if service.elder] == ["repairs", "meals"]


@pytest.mark.parametrize(
    ("code", "minutes", "clock"),
    [
        ("fire_lane", 240, "working"),
        ("stairwell", 240, "working"),
        ("refuse", 240, "working"),
        ("lift_trapped", 5, "calendar"),
        ("pipe_burst", 15, "calendar"),
        ("danger", 120, "calendar"),
        ("repair", 1440, "calendar"),
        ("lighting", 2880, "calendar"),
        ("manhole", 360, "calendar"),
        ("water", 1440, "calendar"),
        ("power", 1440, "calendar"),
        ("gas", 1440, "calendar"),
        ("heating", 1440, "calendar"),
    ],
)
def test_the_example_resolves_in_the_agreed_time(example: Neighbourhood, code: str, minutes: int, clock: str) -> None:
    limit = example.category(code).resolve

    assert (limit.in_minutes, limit.clock) == (minutes, clock)


def test_an_urgent_category_is_accepted_day_and_night(example: Neighbourhood) -> None:
    clocks = {code: example.category(code).accept.clock for code in ("lift_trapped", "fire_lane")}

    assert clocks == {"lift_trapped": "calendar", "fire_lane": "working"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("消防通道又堵了", "fire_lane"),
        ("电梯里有人被困住了", "lift_trapped"),
        ("3号楼电梯坏了", "lift"),
        ("楼道灯不亮了", "lighting"),
        ("路灯坏了", "lighting"),
        ("井盖坏了", "manhole"),
        ("THE LIFT IS BROKEN", "lift"),
        ("Two street lights are out", "lighting"),  # a plural is still the word
        ("ＧＡＳ smell", "gas"),  # full width, as some keyboards send it
        ("greetings from Vegas", None),
        ("你好", None),
        ("", None),
    ],
)
def test_the_longest_hint_word_wins(example: Neighbourhood, text: str, code: str | None) -> None:
    guessed = example.guess_category(text)

    assert (guessed and guessed.code) == code


def test_a_service_is_guessed_the_same_way(example: Neighbourhood) -> None:
    guessed = example.guess_service("我家插座不行了")

    assert guessed is not None
    assert guessed.code == "repairs"


@pytest.mark.parametrize(
    ("category", "estate", "unit"),
    [
        ("fire_lane", "E1", "property_rongyin"),
        ("fire_lane", "E2", "property_riverside"),
        ("fire_lane", None, "fire"),
        ("heating", None, None),
        ("manhole", "E1", "streets"),
    ],
)
def test_the_duty_list_names_the_first_unit_that_answers_for_the_estate(
    example: Neighbourhood, category: str, estate: str | None, unit: str | None
) -> None:
    found = example.unit_for(category, estate)

    assert (found and found.code) == unit


def test_each_estate_has_its_own_property_company(example: Neighbourhood) -> None:
    companies = [example.property_for(estate.code) for estate in example.estates]

    assert [one and one.code for one in companies] == ["property_rongyin", "property_riverside"]


def test_a_code_that_is_not_in_the_file_is_a_key_error(example: Neighbourhood) -> None:
    with pytest.raises(KeyError):
        example.service("nothing")


def test_what_was_reported_under_a_category_that_is_gone_is_the_last_ones_and_private(example: Neighbourhood) -> None:
    found = example.category("nothing")

    assert (found.code, found.public, found.urgent) == ("other", False, False)
    assert example.unit_for("nothing", "E1") is not None


@pytest.mark.parametrize(
    ("local", "name"),
    [
        (datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI), "值班员老周"),
        (datetime(2026, 11, 23, 17, 30, tzinfo=SHANGHAI), "夜班员小吴"),
        (datetime(2026, 11, 28, 3, 0, tzinfo=SHANGHAI), "夜班员小吴"),  # Friday's night lasts into Saturday
        (datetime(2026, 11, 28, 9, 0, tzinfo=SHANGHAI), "值班员阿秀"),
        (datetime(2026, 11, 30, 8, 29, tzinfo=SHANGHAI), "夜班员小吴"),  # and Sunday's into Monday
    ],
)
def test_the_roster_knows_nights(example: Neighbourhood, local: datetime, name: str) -> None:
    entry = example.duty_at(local)

    assert entry is not None
    assert entry.name == name


def test_somebody_is_on_duty_at_any_hour_of_the_week(example: Neighbourhood) -> None:
    hours = [datetime(2026, 11, 23 + day, hour, tzinfo=UTC) for day in range(7) for hour in range(24)]

    assert all(example.duty_at(hour) for hour in hours)


def test_without_a_roster_nobody_is_on_duty(write: Callable[[str], Path]) -> None:
    assert load(write(SMALL)).duty_at(datetime(2026, 11, 23, tzinfo=UTC)) is None


def test_a_moment_without_a_zone_is_refused(example: Neighbourhood) -> None:
    naive = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - the thing under test

    with pytest.raises(ValueError, match="time zone"):
        example.duty_at(naive)
    with pytest.raises(ValueError, match="time zone"):
        example.is_quiet(naive)


def test_quiet_hours_are_the_communitys_own(example: Neighbourhood) -> None:
    quiet = [example.is_quiet(datetime(2026, 11, 23, hour, tzinfo=SHANGHAI)) for hour in (6, 7, 21, 22)]

    assert quiet == [True, False, False, True]


def test_the_texts_folder_is_next_to_the_file(example: Neighbourhood) -> None:
    assert example.texts_folder == EXAMPLE.parent / "texts"


def test_every_key_of_the_file_is_explained() -> None:
    text = (EXAMPLE.parents[2] / "docs" / "neighbourhood.md").read_text(encoding="utf-8")

    unexplained = [key for key in keys_of(Neighbourhood) if not re.search(rf"\b{key}\b", text)]

    assert unexplained == []


def keys_of(annotation: object) -> Iterator[str]:
    """Every key that may stand anywhere in the file."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for key, field in annotation.model_fields.items():
            yield key
            yield from keys_of(field.annotation)
    for part in get_args(annotation):
        yield from keys_of(part)


def test_a_very_different_neighbourhood_loads(write: Callable[[str], Path]) -> None:
    other = load(write(SMALL))

    households = {place.code: place for place in other.places() if place.kind == "household"}
    assert {code: (one.floor, one.area, one.cell_code) for code, one in households.items()} == {
        "MILL-A-N-1A": (1, 7000, "GR-1"),
        "MILL-A-N-2A": (2, 7000, "GR-1"),
        "MILL-A-N-2B": (2, 6025, "GR-1"),
        "MILL-A-N-PH": (3, 12000, "GR-2"),
    }
    assert [category.code for category in other.categories] == ["pothole"]


def test_its_working_time_is_its_own(write: Callable[[str], Path]) -> None:
    hours = WorkingTime.of(load(write(SMALL)), ZoneInfo("Europe/London"))

    worked = [day for day in range(1, 8) if hours.is_working_day(date(2026, 10, day))]

    assert (hours.start, worked, hours.day_minutes) == (time(9), [3, 6], 240)


def test_a_file_from_another_editor_loads(tmp_path: Path) -> None:
    """Windows editors put a byte order mark first and carriage returns at the line ends."""
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())

    assert load(path).community.code == "QUAY"


MISTAKES = {
    "misspelt key": (
        'area = "60.25"',
        'aera = "60.25"',
        'stairwells[0].households[0].aera: expected no such key (did you mean area?), got "60.25"',
    ),
    "missing key": ('hotline = "+44 1632 960100"', "", "community.hotline: expected a value, got nothing"),
    "third decimal": (
        '"60.25"',
        '"60.255"',
        'households[0].area: expected m² with at most two decimals such as 85.50, got "60.255" (in MILL-A)',
    ),
    "third decimal of a bare number": (
        "55.5 }",
        "55.555 }",
        "flats[1].area: expected m² with at most two decimals",
    ),
    "no area": ("area = 70", "area = 0", "flats[0].area: expected m²"),
    "not a number": ("area = 70", "area = nan", "flats[0].area: expected m²"),
    "text for a number": (
        "minutes = 45",
        'minutes = "45"',
        'services[0].minutes: expected a whole number, got "45"',
    ),
    "no minutes": (
        "minutes = 45",
        "minutes = 0",
        "services[0].minutes: expected a number above 0, got 0 (in dog)",
    ),
    "table for a text": ('code = "GR"', "code = {}", "grids[0].code: expected text in quotes, got a table"),
    "text for a table": (
        'resolve = { days = 3, clock = "working" }',
        'resolve = "soon"',
        'categories[0].resolve: expected a table with keys of its own, got "soon" (in pothole)',
    ),
    "two limits": (
        "{ days = 3,",
        "{ days = 3, hours = 1,",
        "categories[0].resolve: expected one of minutes, hours and days",
    ),
    "clock": (
        'clock = "working"',
        'clock = "lunar"',
        "categories[0].resolve.clock: expected 'working' or 'calendar'",
    ),
    "time": ('"09:00"', '"9:00"', 'hours.start: expected a time of day "HH:MM" such as "08:30", got "9:00"'),
    "end before start": (
        'end = "13:00"',
        'end = "08:00"',
        "hours: expected start, lunch and end one after the other",
    ),
    "weekday": ('["tue", "sat"]', '["tue", "samstag"]', "hours.weekdays[1]: expected 'mon', 'tue'"),
    "no weekday": ('["tue", "sat"]', "[]", "hours.weekdays: expected at least 1 of them, got a list of 0"),
    "date": (
        'holidays = "none"',
        'days_off = ["tomorrow"]',
        "calendar.days_off[0]: expected a date such as 2026-02-14",
    ),
    "one day twice": (
        'holidays = "none"',
        "days_off = [2026-02-14]\nworkdays = [2026-02-14]",
        "calendar.workdays[0]: expected a date that is not among calendar.days_off, got 2026-02-14",
    ),
    "phone": ('"01632 960101"', '"ring me"', "units[0].phone: expected a phone number of digits"),
    "empty name": ('zh = "码头"', 'zh = " "', "community.name.zh: expected a line of text"),
    "half a name": (
        '{ zh = "码头", en = "The Quay" }',
        '{ zh = "码头" }',
        "community.name.en: expected a value",
    ),
    "place code": ('code = "GR"\n', 'code = "第一网格"\n', "grids[0].code: expected a short code of letters"),
    "category code": (
        'code = "pothole"',
        'code = "Pot hole"',
        "categories[0].code: expected a code of small letters",
    ),
    "few passwords": ('"apple", ', "", "passwords: expected at least 20 of them, got a list of 19"),
    "one password twice": ('"pear"', '"apple"', 'passwords[1]: expected a word of its own, got "apple"'),
    "texts folder": (
        "passwords =",
        'texts = "words"\npasswords =',
        "texts: expected a folder next to the file",
    ),
    "place code twice": (
        'code = "GR-1"',
        'code = "MILL"',
        "estates[0].code: expected a code that grids[0].cells[0].code does not have already (MILL)",
    ),
    "flat twice": (
        'no = "B"',
        'no = "A"',
        "flats[1].no: expected a number that buildings[0].stairwells[0].flats[0] does",
    ),
    "no such estate": (
        'estate = "MILL"',
        'estate = "MIL"',
        'buildings[0].estate: expected the code of an estate of this file (did you mean MILL?), got "MIL"',
    ),
    "no such unit": (
        'units = ["council"]',
        'units = ["council", "army"]',
        'categories[0].units[1]: expected the code of a unit of this file, got "army" (in pothole)',
    ),
    "no such skill": (
        "minutes = 45",
        'minutes = 45\nskill = "dogs"',
        "services[0].skill: expected the code of a skill",
    ),
    "no such household": ('["1B"]', '["9Z"]', "stairwells[0].without[0]: expected the number of a household"),
    "no such stairwell": (
        '["MILL-A-N-PH"]',
        '["MILL-A-N-PH", "MILL-B"]',
        'grids[0].cells[1].households[1]: expected a stairwell ("B3-2")',
    ),
    "household in no cell": (
        '"MILL-A-N/1-2"',
        '"MILL-A-N/1"',
        "expected every household in one cell of grids[…].cells[…].households (MILL-A-N-2A is in none)",
    ),
    "household in two cells": (
        '"MILL-A-N/1-2"',
        '"MILL-A-N"',
        "expected households of no other cell (MILL-A-N-PH is in grids[0].cells[0].households[0] too)",
    ),
}


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_where_it_is(write: Callable[[str], Path], right: str, wrong: str, message: str) -> None:
    assert right in SMALL
    path = write(SMALL.replace(right, wrong, 1))

    with pytest.raises(NeighbourhoodError) as refused:
        load(path)

    assert str(refused.value).startswith(f"{path}: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_cell_of_eleven_households_is_refused(write: Callable[[str], Path]) -> None:
    text = SMALL.replace("floors = 2", "floors = 6").replace("floor = 3", "floor = 7").replace("N/1-2", "N/1-6")

    with pytest.raises(NeighbourhoodError) as refused:
        load(write(text))

    assert str(refused.value).endswith(
        "grids[0].cells[0].households: expected at most 10 households in a cell, not 11 (in GR-1)"
    )


def test_a_stairwell_named_twice_is_refused(write: Callable[[str], Path]) -> None:
    text = SMALL.replace(
        "[[grids]]", '[[buildings.stairwells]]\nno = "N"\nflats = [{ no = "C", area = 50 }]\n[[grids]]'
    )

    with pytest.raises(NeighbourhoodError, match=r"stairwells\[1\]\.no: .*stairwells\[0\]\.no .*MILL-A-N"):
        load(write(text))


def test_a_code_used_twice_names_both_places(write: Callable[[str], Path]) -> None:
    unit = SMALL[SMALL.index("[[units]]") : SMALL.index("[[categories]]")]

    with pytest.raises(NeighbourhoodError, match=r"units\[1\]\.code: .* units\[0\]\.code .*council"):
        load(write(SMALL + unit))


def test_several_mistakes_are_counted(write: Callable[[str], Path]) -> None:
    text = SMALL.replace('zh = "码头"', 'zh = ""').replace('"09:00"', '"9"').replace("minutes = 45", "minutes = 0")

    with pytest.raises(NeighbourhoodError, match=r"\(and 2 more\)$"):
        load(write(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('texts = "a"\npasswords = \n', "line 2: Invalid value, column 13"),
        ("a = 1\na = 2\n", "line 2: Cannot overwrite a value"),
        ("street = “S1”\n", "line 1: Invalid value, column 10 (perhaps because of the full-width “ ”)"),
        ("passwords = [\n", "line 1: "),
        ("big = 1e9999999999999999999999\n", ""),
    ],
)
def test_a_line_that_cannot_be_read_is_named(write: Callable[[str], Path], text: str, message: str) -> None:
    with pytest.raises(NeighbourhoodError) as refused:
        load(write(text))

    assert message in str(refused.value)


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "gbk.toml"
    path.write_bytes("# ok\nname = '榕荫'\n".encode("gbk"))

    with pytest.raises(NeighbourhoodError, match="line 2: expected text saved as UTF-8"):
        load(path)


def test_a_file_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(NeighbourhoodError, match="cannot be read: No such file"):
        load(tmp_path / "nowhere.toml")

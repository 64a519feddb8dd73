"""Every text has its template and renders; what people type stays text; nothing grows too long."""

import html
import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import START, ZONE
from hypothesis import given
from hypothesis import strategies as st
from text_samples import CLASSES, FILES, INCLUDED, MARKUP, NAMED, SOURCES, contexts

from community.neighbourhood import Neighbourhood
from handlers.buttons import OutOfRange, Press, inline
from handlers.render import ANSWER, CAPTION, TEXT
from handlers.texts import Texts, clip, language_of


@pytest.fixture(scope="module")
def texts(neighbourhood: Neighbourhood) -> Texts:
    return Texts(overrides=Path(neighbourhood.texts), zone=ZONE)


def test_every_text_and_refusal_has_its_template() -> None:
    assert sorted(set(CLASSES) - set(FILES)) == []


def test_every_template_has_its_text_or_is_part_of_another() -> None:
    assert sorted(set(FILES) - set(CLASSES) - INCLUDED - NAMED - {"labels"}) == []


@pytest.mark.parametrize("template", sorted(CLASSES))
def test_a_text_renders_whatever_its_values(template: str, texts: Texts) -> None:
    seen = ""
    for context in contexts(CLASSES[template]):
        page = texts.render("zh", template, context, now=START)
        seen += page

        assert "<b>甲" not in page
        assert "<a href" not in page
        assert "None" not in page
    assert seen.strip()


@pytest.mark.parametrize("template", sorted(CLASSES))
def test_a_text_has_no_half_width_signs_between_chinese_words(template: str) -> None:
    words = re.sub(r"{[{%#].*?[}%#]}|<[^>]*>", "", SOURCES[template], flags=re.DOTALL)

    assert re.findall(r"[\u4e00-\u9fff][,!?;:()][\u4e00-\u9fff]?", words) == []


@pytest.mark.parametrize("template", sorted(FILES))
def test_a_name_never_follows_a_role_with_which_it_may_begin(template: str) -> None:
    """People are called 志愿者阿梅 or 网格员小王: no text says 志愿者志愿者阿梅."""
    roles, names = "志愿者|网格员|值班员|梯长|楼长|物业|住户|邻居|主任", r"\w*name|volunteer|helper|worker|who|by"

    assert re.findall(f"(?:{roles})(?:<b>)?{{{{ (?:{names}) }}}}", SOURCES[template]) == []


def test_no_button_has_a_half_width_sign_after_a_chinese_word() -> None:
    assert re.findall(r"[\u4e00-\u9fff][,!?;:]", SOURCES["labels"]) == []


def test_what_people_type_is_never_markup(texts: Texts) -> None:
    page = texts.render("zh", "join/joined", {"name": MARKUP, "unconfirmed": False}, now=START)

    assert html.escape("<b>甲</b> & <a").replace("&#x27;", "&#39;") in page


def test_words_on_buttons_are_plain_text_whatever_is_in_them(texts: Texts) -> None:
    label = texts.label("zh", "true_assign", unit={"zh": "A&B<c>", "en": "x"})

    assert label.endswith("A&B<c>")


def test_a_missing_value_is_an_error_and_not_a_blank(texts: Texts) -> None:
    with pytest.raises(Exception, match="undefined"):
        texts.render("zh", "join/joined", {}, now=START)


def test_a_community_replaces_any_text_by_a_file_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "menu").mkdir()
    (tmp_path / "menu" / "menu.html").write_text("我们小区的话", "utf-8")
    texts = Texts(overrides=tmp_path, zone=ZONE)

    assert texts.render("zh", "menu/menu", {"name_known": True}, now=START) == "我们小区的话"
    assert texts.render("zh", "flow/cancelled", {}, now=START).startswith("好")


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        ({"hours": 6}, "今天 15:00"),
        ({"days": 1, "hours": -1}, "明天 8:00"),
        ({"days": 3, "hours": 11}, "周五 20:00"),
        ({"days": 40}, "7月20日 9:00"),
        ({"days": -1}, "6月9日 9:00"),
    ],
)
def test_a_moment_is_told_as_people_say_it(texts: Texts, ahead: dict[str, int], words: str) -> None:
    page = texts.render(
        "zh", "my/export", {"at": {"ms": int((START + timedelta(**ahead)).timestamp() * 1000)}}, now=START
    )

    assert words in page


def test_midnight_in_the_community_divides_today_from_tomorrow(texts: Texts) -> None:
    now = datetime(2025, 6, 10, 15, 59, tzinfo=UTC)  # 23:59 in the community

    later = {"ms": int((now + timedelta(minutes=2)).timestamp() * 1000)}

    assert "明天 0:01" in texts.render("zh", "my/export", {"at": later}, now=now)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh", "zh"),
        ("zh-hans", "zh"),
        ("zh-CN", "zh"),
        ("zh-hant", "zh_TW"),
        ("zh-TW", "zh_TW"),
        ("zh-HK", "zh_TW"),
        ("en", "en"),
        ("en-GB", "en"),
        ("fr", "en"),
        (None, "zh"),
    ],
)
def test_everybody_gets_the_nearest_language_there_is(code: str | None, language: str) -> None:
    assert language_of(code) == language


def _visible(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize("limit", [TEXT, CAPTION, ANSWER])
@pytest.mark.parametrize("sign", ["字", "😀", "&amp;", "&#39;", "👨\u200d👩\u200d👧"])
def test_a_text_at_its_limit_stays_and_one_sign_more_is_cut(sign: str, limit: int) -> None:
    """Telegram counts code points after parsing; an emoji beyond the first plane is one."""
    count = limit // len(_visible(sign))

    assert clip(sign * count, limit) == sign * count
    cut = clip(sign * (count + 1), limit)
    assert len(_visible(cut)) <= limit
    assert cut.endswith("…")


def test_what_is_open_where_a_text_is_cut_is_closed() -> None:
    assert clip("<b>一<i>二三四</i></b>五", 3) == "<b>一<i>二…</i></b>"


_PIECES = st.lists(
    st.sampled_from(["字", "a", "😀", "&amp;", "&lt;", "<b>", "</b>", "<i>", "</i>", "<u>", "</u>", " ", "\n"]),
    max_size=60,
)


@given(pieces=_PIECES, limit=st.integers(2, 40))
def test_a_cut_text_is_valid_markup_and_never_too_long(pieces: list[str], limit: int) -> None:
    open_tags: list[str] = []
    markup = ""
    for piece in pieces:
        if piece.startswith("</"):
            if not open_tags or open_tags[-1] != piece[2:-1]:
                continue
            open_tags.pop()
        elif piece.startswith("<"):
            open_tags.append(piece[1:-1])
        markup += piece
    markup += "".join(f"</{tag}>" for tag in reversed(open_tags))

    cut = clip(markup, limit)

    assert len(_visible(cut)) <= limit
    stack: list[str] = []
    for closing, tag in re.findall(r"<(/?)(\w+)>", cut):
        if closing:
            assert stack.pop() == tag
        else:
            stack.append(tag)
    assert stack == []


def test_callback_data_of_64_bytes_is_taken_and_of_65_refused() -> None:
    assert len(Press(action="a", subject=1, word="字" * 20).data.encode()) == 64
    with pytest.raises(OutOfRange):
        _ = Press(action="a", subject=1, word="字" * 20 + "x").data


@pytest.mark.parametrize(
    "data",
    ["", "x", "a:b:c", "a:1", "a:-1:x", "a:٣:x", "a:1e3:x", "a:9999999999999999:x", ":::", "\x00", "a:1_0:x"],
)
def test_callback_data_that_was_never_ours_is_nothing(data: str) -> None:
    press = Press.parse(data)

    assert press is None or press.action == ""


@given(action=st.from_regex(r"[a-z.]{1,20}", fullmatch=True), subject=st.integers(0, 10**14), word=st.text(max_size=5))
def test_callback_data_is_read_as_it_was_made(action: str, subject: int, word: str) -> None:
    press = Press(action=action, subject=subject, word=word)

    assert Press.parse(press.data) == press


def test_the_same_word_opens_a_key_in_every_language(texts: Texts) -> None:
    keys = list(re.findall(r"{% set (key_\w+)", SOURCES["labels"]))
    words = {key: texts.labels(key) for key in keys}

    assert keys
    for one, other in itertools.combinations(keys, 2):
        assert not words[one] & words[other], f"{one} and {other} read alike"


def test_a_link_button_leads_to_the_bots_own_chat(texts: Texts) -> None:
    keyboard = inline(texts, "zh", [[{"l": "go_private", "v": {}, "s": "menu"}]], bot="jinlin_bot")

    assert keyboard["inline_keyboard"][0][0]["url"] == "https://t.me/jinlin_bot?start=menu"

"""The documents say what is so: settings, commands, make targets, links, and both READMEs the same."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.settings import Settings
from handlers.registry import COMMANDS, GROUP_COMMANDS

ROOT = Path(__file__).parent.parent
README, CHINESE_README = ROOT / "README.md", ROOT / "README.zh-CN.md"
OPERATIONS = ROOT / "docs" / "operations.md"
HELP = ROOT / "handlers" / "texts" / "menu" / "help.html"
DOCUMENTS = [README, CHINESE_README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HAN = "\u3400-\u9fff"


def read(path: Path) -> str:
    return path.read_text("utf-8")


def default_of(name: str) -> str:
    """A setting's default as the environment would write it."""
    default = Settings.model_fields[name].default
    if isinstance(default, Path):
        return str(default.relative_to(ROOT))
    return str(default).lower() if isinstance(default, bool) else str(default)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*?##", read(ROOT / "Makefile"), re.MULTILINE))


def jinlin_commands() -> set[str]:
    return set(getattr(get_command(app), "commands", {}))


def test_the_example_settings_are_the_settings_with_their_defaults() -> None:
    example = dict(re.findall(r"^# (JINLIN_\w+)=(.*)$", read(ROOT / ".env.example"), re.MULTILINE))

    assert example == {f"JINLIN_{name.upper()}": default_of(name) for name in Settings.model_fields}


def test_every_setting_is_explained_above_it() -> None:
    for block in re.split(r"\n\s*\n", read(ROOT / ".env.example").strip()):
        if "JINLIN_" in block:
            assert re.match(r"# (?!JINLIN_)\w.{20,}", block), block


def test_every_command_of_the_operator_is_in_the_readme() -> None:
    text = read(README)

    assert {c for c in jinlin_commands() if not re.search(rf"\bjinlin {c}\b", text)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_a_document_names_no_command_that_is_not_there(document: Path) -> None:
    text = read(document)
    code = "\n".join([*FENCED.findall(text), *re.findall(r"`([^`\n]+)`", text)])

    named = set(re.findall(r"(?:^|/|\s)jinlin ([a-z][a-z-]*)", code))

    assert named - jinlin_commands() == set()


def test_every_make_target_is_in_the_readme() -> None:
    text = read(README)

    assert {t for t in make_targets() if not re.search(rf"\bmake {t}\b", text)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_a_document_names_no_make_target_that_is_not_there(document: Path) -> None:
    named = set(re.findall(r"`make ([a-z-]+)`", read(document)))

    assert named - make_targets() == set()


def test_every_command_of_the_bot_is_in_its_help_or_in_the_operators_table() -> None:
    told = read(HELP) + read(OPERATIONS)

    assert {c for c in {*COMMANDS, *GROUP_COMMANDS} if not re.search(rf"/{c}\b", told)} == set()


def test_the_help_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"(?<![\w<])/([a-z]+)", read(HELP)))

    assert named - {*COMMANDS, *GROUP_COMMANDS} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_every_link_and_picture_of_a_document_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", FENCED.sub("", read(document)))

    assert [t for t in targets if "://" not in t and not (document.parent / t).exists()] == []


def test_both_readmes_have_the_same_sections_code_and_pictures() -> None:
    english, chinese = read(README), read(CHINESE_README)

    def levels(text: str) -> list[str]:
        return re.findall(r"^(#+) ", FENCED.sub("", text), re.MULTILINE)

    def pictures(text: str) -> list[str]:
        return re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)

    assert levels(chinese) == levels(english)
    assert FENCED.findall(chinese) == FENCED.findall(english)
    assert pictures(chinese) == pictures(english)


def test_the_chinese_readme_uses_full_width_punctuation() -> None:
    prose = re.sub(r"`[^`\n]*`", "", FENCED.sub("", read(CHINESE_README)))

    narrow = re.findall(rf"[{HAN}][,;:!?]|[,;:!?][{HAN}]|\([^()\]]*[{HAN}][^()]*\)", re.sub(r"\]\([^)]*\)", "]", prose))

    assert narrow == []


def test_the_operators_own_settings_do_not_reach_the_tests() -> None:
    """`conftest.py` at the root keeps the environment and `.env` away."""
    assert Settings() == Settings.model_construct()

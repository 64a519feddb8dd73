"""The house rules that no other tool checks: sizes, words, clocks, secrets, and the map that names every module."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "community", "storage", "webchat")
OURS = ("bot", "handlers", "community", "storage")
MAP = ROOT / "docs" / "architecture.md"
DATA = {"webchat/methods.py", "storage/records.py"}
"""Tables rather than code: they may be as long as what they list."""
OUTERMOST = {"bot/worker.py", "bot/outbox.py", "bot/scheduler.py", "bot/jobs.py", "bot/__main__.py"}
"""Where anything may be caught, because nobody stands behind them."""
UNDERSTOOD = {"community/moments.py"}
"""Words that people say, not words said to them."""
FOR_OPERATORS = {"bot/cli.py", "bot/demo.py"}
"""What these say goes to whoever runs the bot, not to residents."""
CLOCKS = {"bot/clock.py", "webchat/clock.py"}
OPENERS = {"community/permissions.py"}
"""Beside storage, the only module in which a sealed value is opened."""
CHINESE = re.compile("[\u3400-\u9fff]")


@cache
def files() -> list[str]:
    """Every file that is or would be committed, as a path from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({name for name in listed if name and (ROOT / name).is_file()})


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text("utf-8"), name)


def modules(*packages: str) -> list[str]:
    return [f for f in files() if f.endswith(".py") and f.split("/")[0] in packages]


def is_bare(name: str) -> bool:
    """A package's `__init__.py` with nothing but its docstring."""
    return name.endswith("__init__.py") and len(tree(name).body) <= 1


def strings(name: str) -> Iterator[ast.Constant]:
    """Every string literal that is not a docstring (of a module, class, function or of the value above it)."""
    told = {id(n.value) for n in ast.walk(tree(name)) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node


def first_line(name: str) -> str:
    return (ast.get_docstring(tree(name)) or "").split("\n")[0]


def test_no_module_is_longer_than_500_lines() -> None:
    lengths = {m: len((ROOT / m).read_text("utf-8").splitlines()) for m in modules(*PACKAGES) if m not in DATA}

    assert {m: n for m, n in lengths.items() if n > 500} == {}


def test_the_map_names_every_module_and_nothing_that_is_not_there() -> None:
    there = {m for m in modules(*PACKAGES) if not is_bare(m)}

    named = set(re.findall(r"^\| `([\w/]+\.py)` \|", MAP.read_text("utf-8"), re.MULTILINE))

    missing = "\n".join(f"| `{m}` | {first_line(m)} |" for m in sorted(there - named))
    assert not missing, f"rows for docs/architecture.md:\n{missing}"
    assert named - there == set(), "on the map, but not there"


def test_every_file_the_map_speaks_of_is_there() -> None:
    spoken_of = re.findall(r"`((?:\w+/)+[\w.]+\.\w+)`", MAP.read_text("utf-8"))

    assert [name for name in spoken_of if not (ROOT / name).exists()] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [m for m in modules(*PACKAGES) if not first_line(m)] == []


def test_what_residents_read_is_in_templates_and_not_in_python() -> None:
    sentences = [
        f"{m}:{s.lineno}: {s.value}"
        for m in modules(*OURS)
        if m not in FOR_OPERATORS | UNDERSTOOD
        for s in strings(m)
        if CHINESE.search(str(s.value))
    ]

    assert sentences == []


def test_one_clock_tells_the_time() -> None:
    forbidden = {
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("time", "time"),
    }

    found = [
        f"{m}:{node.lineno}"
        for m in modules(*PACKAGES)
        if m not in CLOCKS
        for node in ast.walk(tree(m))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if (node.value.id, node.attr) in forbidden
    ]

    assert found == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Catches anything, and keeps it (a handler that cleans up and raises again does not)."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(c is None or (isinstance(c, ast.Name) and c.id in ("Exception", "BaseException")) for c in caught)
    last = handler.body[-1]
    return broad and not (isinstance(last, ast.Raise) and last.exc is None)


def test_only_the_outermost_loops_catch_anything() -> None:
    found = [
        f"{m}:{node.lineno}"
        for m in modules(*PACKAGES)
        if m not in OUTERMOST
        for node in ast.walk(tree(m))
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("code", "broad"),
    [
        ("except Exception: pass", True),
        ("except: pass", True),
        ("except (ValueError, BaseException) as e: print(e)", True),
        ("except BaseException:\n  undo()\n  raise", False),
        ("except ValueError: pass", False),
    ],
)
def test_a_broad_except_is_told_from_a_narrow_one(code: str, broad: bool) -> None:
    found = ast.parse(f"try: work()\n{code}").body[0]
    assert isinstance(found, ast.Try)

    assert is_broad(found.handlers[0]) is broad


def test_sealed_values_are_opened_by_permissions_alone() -> None:
    found = [
        f"{m}:{node.lineno}"
        for m in modules("bot", "handlers", "community")
        if m not in OPENERS
        for node in ast.walk(tree(m))
        if isinstance(node, ast.Attribute) and node.attr == "open" and ast.unparse(node.value).endswith("cipher")
    ]

    assert found == []


def texts() -> Iterator[tuple[str, str]]:
    """Every committed text file: name and content."""
    for name in files():
        raw = (ROOT / name).read_bytes()
        if b"\0" not in raw:
            yield name, raw.decode("utf-8")


# Put together from pieces, so that this file does not find itself.
MACHINE = re.compile("|".join(rf"(?<![\w.:]){re.escape(p)}\w" for p in ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/")))
REGISTRY = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", "--(?:extra-)?index" + "-url ", "npm" + r"js\."))
)


def test_no_path_of_a_machine_and_no_package_registry_is_named() -> None:
    found = [f"{name}: {m[0]}" for name, text in texts() for m in (MACHINE.search(text), REGISTRY.search(text)) if m]

    assert found == []


def test_no_file_of_somebody_else_is_committed() -> None:
    foreign_kind = re.compile(
        r"\.min\.\w+$|\.(?:ttf|otf|woff2?|whl|zip|gz|jar|so|exe|mo)$|(?:^|/)(?:vendor|node_modules)/"
    )
    foreign_word = re.compile(
        "|".join(("@lic" + "ense", "SPDX-Lic" + "ense", "(?i:copy" + r"right \(c\))", "sourceMapping" + "URL"))
    )

    by_kind = [name for name in files() if foreign_kind.search(name)]
    by_word = [name for name, text in texts() if foreign_word.search(text)]

    assert by_kind + by_word == []


def test_every_test_says_what_it_holds_true() -> None:
    """By a docstring, or by a name that reads as a sentence."""
    silent = [
        f"{name}: {node.name}"
        for name in files()
        if re.search(r"(?:^|/)test_\w+\.py$", name)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        if not ast.get_docstring(node) and len(node.name.split("_")) < 3
    ]

    assert silent == []

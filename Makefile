.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
CATALOGUES := handlers/locale/en/LC_MESSAGES/jinlin.mo
TEMPLATES := $(shell find handlers/texts -name '*.html')
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --retries 10
LOCK := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-build --python-version 3.11
# The Python that runs this Makefile may be older than the one it asks for: the question must parse everywhere.
VERSION_OK = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
VENV_OK = $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null

.PHONY: help setup demo run test test-slow test-browser bench simulate faults check style types imports texts docs lock clean

help:  ## what can be made here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1|/' | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup: $(VENV)/ready $(CATALOGUES)  ## .venv with everything in it; does nothing when it is there

$(VENV)/ready: requirements/dev.txt requirements/fonts.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo 'There is no "$(PYTHON)" here. Install Python 3.11 or newer, or name it: make PYTHON=python3.12 setup' >&2; exit 1; }
	@$(VERSION_OK) || { echo "Jinlin needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(VENV_OK) || { echo "$(PYTHON) comes without venv. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "setting up $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --require-hashes --no-deps -r requirements/fonts.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(CATALOGUES): $(VENV)/ready handlers/catalogues.py handlers/locale/en.po $(TEMPLATES)
	@$(PY) -m handlers.catalogues compile

demo: setup  ## everything on this machine: a chat page, the bot, invented neighbours; on another port: PORT=8090
	@$(VENV)/bin/jinlin demo $(if $(PORT),--port $(PORT))

run: setup  ## the bot with the settings of .env, until Ctrl-C
	@$(VENV)/bin/jinlin run

# Four on two cores: stories wait for processes more than they compute.
test: setup  ## every test but the slow ones and the browser's, on SQLite and on a PostgreSQL of its own
	@$(PY) -m pytest -n 4 -m "not slow" --ignore=tests/webchat/browser

test-slow: setup  ## the rest: keys changed under load, whole tables walked, random updates, kills, rules and dialogues on PostgreSQL
	@$(PY) -m pytest -n 4 -m slow --ignore=tests/webchat/browser

test-browser: setup  ## the page in a real chromium: stories by clicking, phone and desk, elder view, offline, axe
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei >/dev/null; } || true
	@$(PY) -m pytest -n 2 tests/webchat/browser

bench: setup  ## measure it beside its peers; the table is build/bench.json (an hour, on a quiet machine)
	@$(PY) -m proof.bench

simulate: setup  ## a month of asking volunteers with three seeds, beside asking everybody; build/simulate.json (some minutes)
	@$(PY) -m proof.simulate

faults: setup  ## break it on purpose: kills, outages, bad clocks; the table is build/faults.json (half an hour)
	@$(PY) -m proof.faults

check: style types imports texts docs  ## style, types, import contract, catalogues, docs

style: setup
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check

types: setup
	$(VENV)/bin/mypy

imports: setup
	$(VENV)/bin/lint-imports --no-logo

texts: setup
	$(PY) -m handlers.catalogues check

docs: setup
	$(PY) -m pytest tests/test_docs.py tests/test_house.py

lock: setup  ## pin every dependency anew, with hashes
	$(LOCK) requirements/run.in -o requirements/run.txt
	$(LOCK) requirements/dev.in -o requirements/dev.txt
	$(LOCK) --no-deps requirements/fonts.in -o requirements/fonts.txt

clean:  ## remove what setup, checks and tests made; the demo's data too
	rm -rf $(VENV) build data/demo .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info handlers/locale/*/
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

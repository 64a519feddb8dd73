.DEFAULT_GOAL := help
PYTHON ?= python3
PY := .venv/bin/python
# -j2: the tests share a machine of two cores with the processes they start.
LOCK := .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-build --python-version 3.11

.PHONY: help setup demo run test check lock clean

help:  ## what can be made here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1|/' | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup: .venv/ready  ## .venv with everything in it; does nothing when it is there

.venv/ready: requirements/dev.txt requirements/fonts.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Jinlin needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 setup") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/fonts.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: setup  ## pin every dependency anew, with hashes
	$(LOCK) requirements/run.in -o requirements/run.txt
	$(LOCK) requirements/dev.in -o requirements/dev.txt
	$(LOCK) --no-deps requirements/fonts.in -o requirements/fonts.txt

clean:  ## remove what setup, demo and tests made
	rm -rf .venv build data .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info

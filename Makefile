# A fresh machine needs python3 (3.11 or later) with venv, make and git. Everything else comes here, into .venv and node_modules.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/.stamps
UV := VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv -q
COMPILE := $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-header --upgrade
ARGS ?=

.PHONY: help run test bench fuzz lint install lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: $(STAMPS)/project ## install, then start the whole service; ARGS=--once lets one practice call through
	@$(BIN)/callcenter up $(ARGS)

test: $(STAMPS)/project $(STAMPS)/dev $(STAMPS)/browser ## install, then every test; ARGS goes to pytest
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: $(STAMPS)/project $(STAMPS)/dev ## each measure as 'name ratio'; ARGS=voice for that one alone
	@for each in $(if $(ARGS),$(ARGS:%=tests/bench/bench_%.py),tests/bench/bench_*.py); do \
	  $(BIN)/python -m tests.bench.$$(basename $$each .py) || exit 1; done

fuzz: $(STAMPS)/project $(STAMPS)/dev ## hostile requests to every route; ARGS=minutes, then --seed N
	@$(BIN)/python -m tests.fuzz $(ARGS)

lint: $(STAMPS)/project $(STAMPS)/dev ## style, types, borders
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy callcenter ivr workers tests
	$(BIN)/lint-imports

install: $(STAMPS)/project $(STAMPS)/dev $(STAMPS)/browser ## all of it, tests' browser included

lock: $(STAMPS)/uv ## the newest versions into requirements/ and package-lock.json
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra demonstration -c requirements/runtime.txt -o requirements/demonstration.txt
	$(COMPILE) pyproject.toml --extra demonstration --group build --group dev -c requirements/demonstration.txt -o requirements/dev.txt
	$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt
	$(COMPILE) --group installer -o requirements/installer.txt
	$(BIN)/npm install --package-lock-only

clean: ## forget what was installed
	rm -rf .venv node_modules .make callcenter/web/pages/static/vendor dist

$(STAMPS)/uv: requirements/installer.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements/demonstration.txt requirements/build.txt $(STAMPS)/uv
	@echo "Installing what the service and its demonstration need…"
	@$(UV) pip install --require-hashes -r requirements/demonstration.txt -r requirements/build.txt
	@touch $@

$(STAMPS)/project: pyproject.toml hatch_build.py package-lock.json .npmrc $(STAMPS)/runtime
	@$(UV) pip install --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/runtime
	@echo "Installing what the tests need…"
	@$(UV) pip install --require-hashes -r requirements/dev.txt
	@touch $@

$(STAMPS)/browser: package-lock.json .npmrc tests/support/chromium.py $(STAMPS)/dev
	@$(BIN)/npm ci --ignore-scripts --loglevel=error
	@PYTHONPATH=. $(BIN)/python -m tests.support.chromium
	@touch $@

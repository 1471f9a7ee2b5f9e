# What a fresh machine needs: Python 3.11 or 3.12, git, make. Everything else comes from here.
.DEFAULT_GOAL := help
.SUFFIXES:
SHELL := /bin/sh

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export UV_NO_PROGRESS := 1

.PHONY: help up test pictures docs docs-pictures lint format migrate migration shell shell-db logs bench storm \
	boundaries clean requirements check-python check-webapp openapi

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

up: $(VENV)/.embedded ## Start everything on this machine and stay in the foreground (PORT=8000)
	@exec $(BIN)/python -m devstack up $(if $(PORT),--port $(PORT))

test: $(VENV)/.dev ## Set up all and run the whole suite
	@$(MAKE) --no-print-directory -j2 lint check-webapp
	@$(BIN)/python -m devstack chromium >/dev/null
	@$(BIN)/python -m devstack proxies
	@rm -rf .data/test/logs .data/test/secrets.txt && $(BIN)/coverage erase
	$(BIN)/pytest -n 3 --dist loadgroup --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --include='trading/*' --fail-under=95 --skip-covered
	@$(BIN)/coverage report --include='exchange/*' --fail-under=95 --skip-covered
	@$(BIN)/python -m devstack search-secrets

pictures: $(VENV)/.dev ## Draw every screen in both languages and schemes into artifacts/
	@$(BIN)/python -m devstack webapp && $(BIN)/python -m devstack chromium >/dev/null
	EBB_PICTURES=1 $(BIN)/pytest tests/browser/test_gallery*.py tests/browser/test_dashboard.py $(ARGS)

docs: $(VENV)/.dev ## Build the site of the docs into artifacts/site; a warning is an error
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -d artifacts/doctrees docs artifacts/site

docs-pictures: $(VENV)/.dev ## Take the docs' pictures from what make pictures drew last
	@$(BIN)/python -m devstack doc-pictures

lint: $(VENV)/.dev docs ## Check style, types, import directions, and that the docs build
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

check-webapp: $(VENV)/.dev ## Check, test and build the Mini App
	@$(BIN)/python -m web.openapi | diff -q - webapp/openapi.json >/dev/null \
		|| { echo "webapp/openapi.json is not current: run make openapi"; exit 1; }
	@$(BIN)/python -m devstack npm run check
	@$(BIN)/python -m devstack webapp
	@$(BIN)/python -m devstack npm run budget

openapi: $(VENV)/.dev ## Write the OpenAPI document and the client's types anew
	@$(BIN)/python -m web.openapi > webapp/openapi.json
	@$(BIN)/python -m devstack npm run api

format: $(VENV)/.dev ## Format and fix what can be fixed
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	@$(BIN)/python -m devstack npm run format

migrate: $(VENV)/.embedded ## Bring the running stack's database to the newest revision
	@$(BIN)/python -m devstack.flask_command db upgrade

migration: $(VENV)/.embedded ## Write a migration for changed tables (m="what changed")
	@$(BIN)/python -m devstack.flask_command db migrate -m "$(m)"

shell: $(VENV)/.embedded ## A Python shell with the application loaded
	@$(BIN)/python -m devstack.flask_command shell

shell-db: $(VENV)/.embedded ## psql on the running stack's database
	@$(BIN)/python -m devstack psql

logs: ## Follow the logs of `make up`
	@tail -n 100 -F .data/dev/logs/up.log

bench: $(VENV)/.dev ## Measure, as ratios against a floor in the same run (ARGS="tap growth --write")
	@$(BIN)/python -m bench $(ARGS)

storm: $(VENV)/.dev ## 200 jobs while every second something is killed (STORM_SEED=... for the same again)
	@$(BIN)/python -m tests.faults.storm $(ARGS)

boundaries: $(VENV)/.dev ## A worker killed before and after each of its deeds, and frozen at each
	@EBB_BOTH_SIDES=1 $(BIN)/pytest tests/faults/test_boundaries.py $(ARGS)

requirements: $(VENV)/.dev ## Compile requirements/*.txt from pyproject.toml
	@UV=$(BIN)/uv requirements/compile.sh

clean: ## Remove what was built and downloaded; the data under .data stays
	@rm -rf $(VENV) webapp/node_modules webapp/dist .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis artifacts

# Nothing is installed while the stamp is newer than the list.
$(VENV)/.embedded: requirements/embedded.txt | check-python
	@test -e $(VENV)/.dev || $(call install,requirements/embedded.txt)
	@touch $@

$(VENV)/.dev: requirements/dev.txt | check-python
	@$(call install,requirements/dev.txt)
	@touch $(VENV)/.embedded $@

# The lists are complete, so nothing is resolved: pip older than 23.3 lets a newer release in by the
# name of an extra, and then refuses it for having no hash. `pip check` tells if a list is incomplete.
define install
{ test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); } \
	&& $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r $(1) \
	&& $(BIN)/python -m pip check --disable-pip-version-check
endef

check-python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with make PYTHON=..."; exit 1; }

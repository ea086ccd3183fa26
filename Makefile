# Everything a person does with this repository. `make` alone lists it. Needs python3 (3.11 or later, with venv), make, git.
.DEFAULT_GOAL := help
# The first of these that is new enough makes .venv. Yours: make setup PYTHON=/path/to/python3
PYTHON ?= python3 python3.13 python3.12 python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Slack's own schema of manifests; where the file is missing, our rules alone judge.
SCHEMA ?= ../shared/slack/manifest.schema.json

.PHONY: help setup demo play run test bench crash check fmt clean

help: ## List what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(READY) ## Make .venv and install everything into it; does nothing when that is done

# setuptools comes first and pinned, so that building our own package needs no second, unpinned one.
$(READY): pyproject.toml constraints.txt
	@for python in $(PYTHON); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	test -n "$$python" || { \
		echo "Python 3.11 or later is needed; none among: $(PYTHON). Name one: make setup PYTHON=/path/to/python3" >&2; \
		exit 1; }; \
	$$python -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$$python has no venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; \
	echo "Setting up $(VENV) (a minute, the first time only) ..."; \
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $$python -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --no-input -c constraints.txt setuptools
	@$(BIN)/python -m pip install -qq --no-input -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $@

demo: setup ## Play an incident from declaration to postmortem, on a Slack of its own
	@$(BIN)/tocsin demo

play: setup ## Try everything by hand, in the browser, on a Slack of its own; ARGS goes to it
	@$(BIN)/tocsin play $(ARGS)

run: setup ## Start the bot with the settings of this folder
	@$(BIN)/tocsin run

# Compiled once, for each worker and each process that a test starts; also where a machine forbids to keep it.
test: setup ## Run all tests; ARGS goes to pytest
	@$(BIN)/python -m compileall -q bot storage sandbox
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

bench: setup ## Measure what it costs; ARGS names tables (intake ...)
	@$(BIN)/python -m bench $(ARGS)

crash: setup ## Kill the bot some hundred times on both databases and count what is lost; ARGS: --kills --database --seed
	@$(BIN)/python -m tests.crash $(ARGS)

check: setup ## Lint, types, floors, the manifest
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m sandbox.manifest_rules manifest.yml $(SCHEMA)

fmt: setup ## Bring the code into shape
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

clean: ## Remove .venv and what tools left behind; keeps data and settings
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

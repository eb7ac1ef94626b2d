# Everything a person or the checks need: `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help app test test-all bench lint clean

VENV ?= .venv
BIN := $(VENV)/bin
PORT ?=
CHROMIUM ?=
PYTHON ?=
export CHROMIUM PYTHON

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

app: $(VENV)/.app ## open the loader in the browser on the demo recordings (PORT=8866 chooses the port)
	@$(BIN)/driada-widgets app $(if $(PORT),--port $(PORT)) $(if $(CI),--no-browser)

test: $(VENV)/.test lint ## run every check and test (under 15 minutes)
	@tools/browser.sh
	@$(BIN)/python -m pytest

test-all: $(VENV)/.test lint ## the same with the long checks and a search for new examples
	@tools/browser.sh
	@$(BIN)/python -m pytest -m "slow or not slow" --hypothesis-profile=search

lint: $(VENV)/.test ## format, style, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.bench ## measure speed and memory against the reference
	@tools/browser.sh
	$(BIN)/python -m benchmarks

clean: ## remove the environment and what the tools left
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.app: pyproject.toml tools/environment.sh
	@tools/environment.sh $(VENV) all
	@touch $@

$(VENV)/.test: pyproject.toml tools/environment.sh
	@tools/environment.sh $(VENV) all,test
	@touch $@ $(VENV)/.app

$(VENV)/.bench: pyproject.toml tools/environment.sh
	@tools/environment.sh $(VENV) all,test,bench
	@touch $@ $(VENV)/.app $(VENV)/.test

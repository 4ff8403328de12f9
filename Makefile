# Two commands on a fresh machine: `make run` starts the bot, `make test` runs the tests. Both make .venv if they must.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Files whose age says that an installation is done; anything newer than them is installed anew.
INSTALLED := $(VENV)/.installed
TEST_INSTALLED := $(VENV)/.test-installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test faults check format bench load quality clean help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(INSTALLED) ## start the bot: on Discord with DISCORD_TOKEN, else the console chat
	@$(BIN)/python -m bot

test: $(TEST_INSTALLED) ## the whole test suite
	$(BIN)/python -m pytest

faults: $(TEST_INSTALLED) ## 200 kills at random points of a training; prints survived/tried
	$(BIN)/python -m tests.faults

check: $(TEST_INSTALLED) ## formatter, linter, type checker
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(TEST_INSTALLED) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(TEST_INSTALLED) ## the benchmarks beside PyTorch (extra "bench")
	$(BIN)/pip install -q -c constraints.txt -e '.[bench]'
	$(BIN)/python -m tests.benchmarks

load: $(TEST_INSTALLED) ## a crowd on this machine: the real bot process against a stand-in for Discord
	$(BIN)/python -m tests.benchmarks.load

quality: $(TEST_INSTALLED) ## bits per character and the songs of every artist at hand, beside rivals
	$(BIN)/python -m tests.benchmarks.quality --picture tests/benchmarks/quality.png
	$(BIN)/python -m tests.benchmarks.songs --model data/models/*.safetensors --corpus data/corpora/*.txt

clean: ## remove what was built, not data
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install -q -c constraints.txt -e .
	@touch $@

$(TEST_INSTALLED): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install -q -c constraints.txt -e '.[test]'
	@touch $@ $(INSTALLED)

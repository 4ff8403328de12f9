# Two commands on a fresh machine: `make run` starts the bot, `make test` runs the tests. Both create .venv if needed.

# The first Python here that is new enough; PYTHON=/path/to/python3.12 names another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && { echo $$python; break; }; done)
UV := uv==0.13.9
PIP_AUDIT := pip-audit==2.10.1
VENV := .venv
BIN := $(VENV)/bin
# The age of these files shows when something was installed last; if a prerequisite is newer, it is installed again.
INSTALLED := $(VENV)/.installed
TEST_INSTALLED := $(VENV)/.test-installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run named train doctor test coverage faults fuzz lock licences audit check format bench load quality corpora clean help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(INSTALLED) ## start the bot: on Discord with DISCORD_TOKEN, else the console chat
	@$(BIN)/python -m bot

named:
	@test -n "$$ARTIST" || { echo "Name the artist: make train ARTIST=NAME CORPUS=FILE [MINUTES=M]" >&2; exit 2; }

train: named $(INSTALLED) ## train an artist offline: make train ARTIST=NAME [CORPUS=FILE] [MINUTES=M]
	@$(BIN)/python -m lstm.train --artist "$$ARTIST" $${CORPUS:+--corpus "$$CORPUS"} $${MINUTES:+--minutes "$$MINUTES"}

doctor: $(INSTALLED) ## check settings, data folder, database and models, and say how to fix what is wrong
	@$(BIN)/python -m bot doctor

COVERED = $(BIN)/coverage run -m pytest && echo "Coverage of bot and lstm: $$($(BIN)/coverage report --format=total)%" \
	"of the lines, without worker processes (by file: $(BIN)/coverage report)"

# From Python 3.12 on, coverage costs nothing (sys.monitoring). On 3.11 it doubles the time: see `make coverage`.
test: $(TEST_INSTALLED) ## the whole test suite, with a coverage figure from Python 3.12 on
	@if $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then $(COVERED); \
	else $(BIN)/python -m pytest && echo "Coverage: not measured on Python 3.11, where it doubles the time (make coverage)"; fi

coverage: $(TEST_INSTALLED) ## the whole test suite, with a coverage figure
	@$(COVERED)

faults: $(TEST_INSTALLED) ## 200 kills at random points of a training job; prints survived/tried
	$(BIN)/python -m tests.faults

fuzz: $(TEST_INSTALLED) ## feed odd inputs to everything that reads foreign data: make fuzz [SECONDS=S]
	$(BIN)/python -m tests.fuzz $${SECONDS:+--seconds "$$SECONDS"}

lock: $(TEST_INSTALLED) ## rewrite requirements.lock and requirements-test.lock with the versions of constraints.txt
	$(BIN)/python -m pip install -q $(UV)
	for lock in requirements: requirements-test:--extra=test; do \
		$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 --generate-hashes -c constraints.txt \
			$${lock#*:} pyproject.toml build-requirements.txt -o $${lock%%:*}.lock || exit 1; done

licences: $(TEST_INSTALLED) ## the licences of all dependencies; fails on one that is not permissive
	$(BIN)/python -m tests.supply_chain.licences

audit: $(TEST_INSTALLED) ## known vulnerabilities of the locked versions (needs the network)
	$(BIN)/python -m pip install -q $(PIP_AUDIT)
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock  # strict: unknown is not unharmed

check: $(TEST_INSTALLED) ## formatter, linter, type checker
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(TEST_INSTALLED) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(TEST_INSTALLED) ## speed and memory compared with PyTorch (extra "bench")
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[bench]'
	$(BIN)/python -m tests.benchmarks

load: $(TEST_INSTALLED) ## many members at once: the real bot process against a stand-in for Discord
	$(BIN)/python -m tests.benchmarks.load

quality: $(TEST_INSTALLED) ## bits per character and songs of every available artist, compared with baselines
	$(BIN)/python -m tests.benchmarks.quality --picture tests/benchmarks/quality.png
	$(BIN)/python -m tests.benchmarks.songs --model data/models/*.safetensors --corpus data/corpora/*.txt

corpora: $(TEST_INSTALLED) ## how well songs are extracted from every kind of file, for tests/benchmarks/CORPORA.md
	$(BIN)/python -m tests.benchmarks.corpora

clean: ## remove build products, but no data
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "lyricbot needs Python 3.11 or newer, and none was found. Install one" \
		"(https://www.python.org/downloads/), or name it: make PYTHON=/path/to/python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "lyricbot needs Python 3.11 or newer; $(PYTHON) is not." \
		"Name another one: make PYTHON=/path/to/python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks the venv module." \
		"On Debian or Ubuntu: sudo apt install python3-venv; then run make again." >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

NOT_INSTALLED = { echo "The dependencies could not be installed: pip gives the reason above. They come from the network:" \
	"check the connection, a proxy or PIP_INDEX_URL, then run make again." >&2; exit 1; }

# Every file that is downloaded has the hash that the lock names, including the build backend.
INSTALL_LOCKED = $(BIN)/python -m pip install --require-hashes -r $(1) && \
	$(BIN)/python -m pip install --no-deps --no-build-isolation -e .

$(INSTALLED): pyproject.toml requirements.lock $(VENV)/bin/python
	@echo "Installing the dependencies into $(VENV): about 60 MB to download, once; a minute or two on a small machine."
	@$(call INSTALL_LOCKED,requirements.lock) || $(NOT_INSTALLED)
	@touch $@

$(TEST_INSTALLED): pyproject.toml requirements-test.lock $(VENV)/bin/python
	@echo "Installing the dependencies and those of the tests into $(VENV): about 130 MB to download, once."
	@$(call INSTALL_LOCKED,requirements-test.lock) || $(NOT_INSTALLED)
	@touch $@ $(INSTALLED)

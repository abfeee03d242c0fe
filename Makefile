# Set-up happens by itself: `make demo` and `make test` work on a fresh Debian with Python 3.11+.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.bench
RUN_STAMP := $(VENV)/.run
DEV_STAMP := $(VENV)/.dev
DEMO_ARGS ?=

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Build tools are pinned like everything else, hence no build isolation; and what is never imported
# need not be compiled.
INSTALL := $(PIP) install --no-compile --no-build-isolation -c constraints.txt

# Where Python is told to keep no compiled modules, each process would compile all of them anew,
# for seconds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check bench clean browser compiler dbus

help:
	@echo "make demo    the dashboard with a simulated wearer, in your browser"
	@echo "make test    every test"
	@echo "make check   ruff, mypy and the import rules"
	@echo "make bench   speed and accuracy, measured on this computer"
	@echo "make clean   remove the environment and everything generated"

demo: $(RUN_STAMP)
	$(BIN)/torso demo $(DEMO_ARGS)

test: $(DEV_STAMP) browser compiler dbus
	$(BIN)/python -m pytest

check: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BENCH_STAMP) browser
	$(BENCH_VENV)/bin/python -m benchmarks

clean:
	rm -rf $(VENV) $(BENCH_VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP): pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh scripts/make_venv.sh
	$(INSTALL) hatchling editables
	$(INSTALL) -e .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	$(INSTALL) -e ".[dev]"
	@touch $@

# Peers have an environment of their own, so that nothing of torso can come to need them.
$(BENCH_STAMP): pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" VENV="$(BENCH_VENV)" sh scripts/make_venv.sh
	$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --no-compile \
		-c constraints.txt hatchling editables
	$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --no-compile \
		--no-build-isolation -c constraints.txt -e ".[dev,bench]"
	@touch $@

browser:
	@sh scripts/find_browser_tools.sh

compiler:
	@sh scripts/find_compiler.sh

dbus:
	@sh scripts/find_dbus.sh

# Set-up happens by itself: `make demo` and `make test` work on a fresh Debian with Python 3.11+.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check bench clean browser

help:
	@echo "make demo    the dashboard with a simulated wearer, in your browser"
	@echo "make test    every test"
	@echo "make check   ruff, mypy and the import rules"
	@echo "make bench   speed and accuracy, measured on this computer"
	@echo "make clean   remove the environment and everything generated"

demo: $(STAMP)
	$(BIN)/torso demo $(DEMO_ARGS)

test: $(STAMP) browser
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The build tools are pinned like everything else, hence no build isolation.
$(STAMP): pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh scripts/make_venv.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt hatchling editables
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -c constraints.txt -e ".[dev]"
	@touch $@

browser:
	@sh scripts/find_chromium.sh

# Everything this project can do, on a fresh machine with Python 3.11 or later, make, and a network to the
# package registries. Each target does its own set-up.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

# A test starts whole stacks of processes: each would compile every module anew where nothing may be written.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo up test coverage long lint pictures lock clean

help: ## Say what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Run a whole campaign on embedded parts, and sum it up
	$(BIN)/callsvc demo

up: $(INSTALLED) ## Run everything until Ctrl+C; the console is at http://127.0.0.1:8000
	$(BIN)/callsvc up

test: $(INSTALLED) ## Run the tests
	@sh tests/prepare.sh
	$(BIN)/pytest -n 2 --dist loadgroup

coverage: $(INSTALLED) ## Run the tests and say which lines and branches they reach (takes twice as long)
	@sh tests/prepare.sh
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=
	@printf 'Coverage: %s %% (%s)\n' "$$($(BIN)/coverage report --format=total)" "$(BIN)/coverage report shows the files"

long: $(INSTALLED) ## Run the long tests: races, random worlds, the demo in peace and under kills (half an hour)
	$(BIN)/pytest -m long

pictures: $(INSTALLED) ## Renew the pictures of the documentation from a running demo
	@sh tests/prepare.sh
	$(BIN)/python -m tests.pictures var/pictures

lint: $(INSTALLED) ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(INSTALLED) ## Renew requirements.lock after a change of pyproject.toml (UPGRADE=--upgrade: newer releases)
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes \
	  --no-annotate --no-header --python-version 3.11 $(UPGRADE) -o requirements.lock

clean: ## Remove what was built, installed or measured; data in var/ stays
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache

# The stamp is newer than the lock exactly when what is installed is what the lock says.
$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or later is needed, and $(PYTHON) is not: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; \
	  exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV);  \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

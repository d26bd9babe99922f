# One word per job:
#   make setup                 create .venv and install what pages, answers and light trainings need
#   make run                   all apps at http://127.0.0.1:7860; make run APP=recommender serves one
#   make test | test-all       the tests of some minutes; those that take longer: Spaces, trainings, all screens
#   make check | style         format, lint, types, imports, browser modules; put format and lint right
#   make stage APP=recommender write what its Space would hold into build/spaces/recommender
#   make bench                 measure against other packages
#   make setup-train           add what fine-tuning needs: torch, fastai, timm
# VENV=elsewhere uses another virtual environment. ARGS="..." goes to pytest. WORKERS=1 runs one test at a time.

VENV ?= .venv
PYTHON ?= python3
APP ?= gallery
WORKERS ?= 2
TO ?= build/spaces/$(APP)
PIP_VERSION := 26.3
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
PATHS := apps shared spaces tests
NPM_PACKAGES := axe-core@4.14.1 @biomejs/biome@2.6.8 @gradio/client@2.7.0 typescript@5.9.3
NPM_BIN := build/npm/node_modules/.bin

.PHONY: setup setup-dev setup-train run test test-all check style stage bench hooks clean

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

# The stamps are older than the files they depend on only when something has to be installed. The versions of the
# groups are those of requirements.txt; pip wants its constraints without the extras.
$(VENV)/.installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) pip==$(PIP_VERSION)
	sed 's/\[[a-z,]*\]//' requirements.txt > $(VENV)/constraints.txt
	$(PIP_INSTALL) --group serve --constraint $(VENV)/constraints.txt
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed pyproject.toml
	$(PIP_INSTALL) --requirement requirements.txt --group dev
	touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	$(PIP_INSTALL) --requirement requirements.txt --group bench
	touch $@

# Beside the apps, which find it without a restart, or alone on a machine that serves none.
setup-train:
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) pip==$(PIP_VERSION)
	sed 's/\[[a-z,]*\]//' requirements.txt > $(VENV)/constraints.txt
	$(PIP_INSTALL) --group train --constraint $(VENV)/constraints.txt

run: setup
	$(BIN)/python apps/$(APP).py

# The browser's tests look for faults of contrast and labels with axe-core, and one test calls the endpoints from
# TypeScript. Without npm, or without a network, they skip that and say so; with CI=true they fail.
build/npm/.installed: Makefile
	@mkdir -p build/npm
	-@npm install --silent --no-audit --no-fund --fetch-retries=1 --prefix build/npm $(NPM_PACKAGES) >/dev/null && touch $@

# Each worker has servers and a browser of its own, so a module goes to one worker whole, the browser's modules last.
PYTEST := $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: setup-dev build/npm/.installed
	$(PYTEST) -m "not long" $(ARGS)

# All that `make test` leaves out, and nothing that it runs.
test-all: setup-dev build/npm/.installed
	$(PYTEST) -m long $(ARGS)

# `make bench BENCH=stars ARGS="--splits 1"` runs one of them.
BENCH ?= stars lists start serve scale bears relu_fit relu_page models_page forest forest_page forest_scale tables cluster visitors
bench: $(VENV)/.installed-bench
	for name in $(BENCH); do $(BIN)/python -m tests.bench.bench_$$name $(ARGS) || exit; done

# The browser modules: their types stand in comments (jsconfig.json says which modules), biome.json says which are
# linted, and Node runs what of them needs no page.
check: setup-dev build/npm/.installed
	$(BIN)/ruff format --check --quiet --output-format concise $(PATHS)
	$(BIN)/ruff check --quiet $(PATHS)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@if test -x $(NPM_BIN)/tsc; then $(NPM_BIN)/tsc --project jsconfig.json && \
		$(NPM_BIN)/biome lint --error-on-warnings && node --test --test-reporter dot tests/browser_modules/; \
		else echo "There is no Node here: the browser modules were not checked."; fi

style: setup-dev
	$(BIN)/ruff check --quiet --fix $(PATHS) || true
	$(BIN)/ruff format $(PATHS)

stage: setup
	$(BIN)/python spaces/push.py stage $(APP) --to $(TO)

hooks: setup-dev
	$(BIN)/pre-commit install

clean:
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .gradio

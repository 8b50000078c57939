# `make demo` and `make test` need git, make and Python 3.11 only; they set up the rest.

VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
RUNNER := $(BIN)/devstack-runner

.DEFAULT_GOAL := help
.PHONY: help demo test check unit chromium browser tree images container packaging engine bench docs clean

help:
	@echo "make demo       run the two sample plugins through all phases in a Debian 12 container"
	@echo "make test       run all tests"
	@echo "make check      lint and types     make unit       tests without containers"
	@echo "make tree       the bash tree      make container  tests in real containers"
	@echo "make packaging  wheel and install  make bench      compare with plain docker"
	@echo "make browser    the HTML report in Chromium"

$(BIN)/activate: pyproject.toml tools/make-venv
	tools/make-venv "$(PYTHON)" "$(VENV)"

engine: $(BIN)/activate
	$(RUNNER) engine up

demo: engine
	$(RUNNER) run --config tests/samples/local.conf --distro debian-12 --rm

# Images are made on one core most of the time: the tests that need none run beside that.
test: engine chromium
	$(MAKE) --jobs 2 --output-sync=target images check unit browser tree
	$(MAKE) container packaging

check: $(BIN)/activate
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	tools/check-shell "$(BIN)"

unit: $(BIN)/activate
	$(BIN)/pytest tests/unit -n 2

chromium:
	tools/get-browser

browser: $(BIN)/activate chromium
	$(BIN)/pytest tests/browser

tree: $(BIN)/activate
	tools/run-bats $(BIN)/bats tests/tree

# the layers that all container tests share, so that no two tests build them at once
images: engine
	$(RUNNER) build --quiet --plugin small=bench/small --distro debian-12 --distro debian-13
	$(BIN)/python -m tests.lab.build

container: images
	$(BIN)/pytest tests/container -n 2 --require-engine --durations 20

packaging: $(BIN)/activate
	$(BIN)/pytest tests/packaging

bench: engine
	$(BIN)/python bench/warm_run.py
	$(BIN)/python bench/tree_functions.py

docs: $(BIN)/activate
	$(BIN)/python -m typer runner.cli utils docs --name devstack-runner --output docs/cli.md
	$(BIN)/python tools/contract_page.py
	$(BIN)/python tools/distros_page.py
	$(BIN)/python tools/result_schema.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache

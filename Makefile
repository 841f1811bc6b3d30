PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo ui test lint bench clean lock s3-actions

demo: .venv/installed
	$(BIN)/raito-aws-pipeline demo

ui: .venv/installed
	exec $(BIN)/raito-aws-pipeline ui

test: .venv/installed
	$(BIN)/python -m pytest

lint: .venv/installed
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .demo .bench

lock:
	uv pip compile pyproject.toml --extra local --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras --output-file requirements.lock

s3-actions: .venv/installed
	$(BIN)/python -m development.s3_actions

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

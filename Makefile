# The same few words for people and machines. Everything happens in this folder: Python packages
# in .venv, built pages in .web, data in data/.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup setup-dev run dev lint types test check bench texts screenshots lock

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## install what the program needs
	@$(PYTHON) scripts/setup.py

setup-dev: ## install what tests and checks need, too
	@$(PYTHON) scripts/setup.py --dev

run: setup ## serve http://localhost:3000
	@exec $(BIN)/python -m gptchina serve

dev: setup-dev ## serve it and reload on every edit
	@exec $(BIN)/python -m gptchina develop

lint: setup-dev ## formatting, lint and the rules between the rooms
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: run $(BIN)/ruff format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-logo

types: setup-dev ## types
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYRIGHT_PYTHON_GLOBAL_NODE=1 $(BIN)/pyright

test: setup-dev ## all tests (PostgreSQL and Redis ones when reachable)
	@$(BIN)/python scripts/test.py $(TESTS)

check: lint types test ## everything that must hold before a change goes in

bench: setup-dev ## the measured promises, each beside its target
	@exec $(BIN)/python -m bench

texts: setup-dev ## bring new texts into the translations
	@$(BIN)/python -m gptchina texts --update

screenshots: setup-dev ## take the pictures of the README anew
	@$(BIN)/python -m scripts.screenshots

lock: setup-dev ## resolve the packages anew: Python's and the browser's
	@$(BIN)/python scripts/lock.py

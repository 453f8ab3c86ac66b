# Everything a newcomer needs: `make demo` and `make test`. Each sets up what it uses in .venv and nowhere else.
.DEFAULT_GOAL := help
.PHONY: help demo test test-data test-fast lab constraints environments messages clean
SHELL := /bin/bash

BIN := .venv/bin
# Two busy numeric threads on two cores run many times slower than one.
export OMP_NUM_THREADS := 1
# No test may reach for a display or for somebody's own configuration.
export MPLBACKEND :=
# One worker for all that is in one group: a single JupyterLab serves the browser tests.
PYTEST_ARGS ?= -n 2 --dist loadgroup

help:
	@echo "make demo    set up, then teach, collect, grade and report on a made-up class of forty"
	@echo "make test    set up, then run every check and every test"
	@echo "make lab     set up, then open JupyterLab on your own folder of lessons"
	@echo
	@echo "For maintainers: constraints (newest versions, pinned), environments (conda files),"
	@echo "messages (strings to translate), test-fast (no browser, no fresh environments), test-data"
	@echo "(fetches every data set from its pinned address), clean"

demo:
	@tools/setup.sh demo
	@$(BIN)/python demo/run.py

test:
	@tools/setup.sh test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Fetches every data set from its pinned address, so that no lesson runs on a simulated twin.
test-data:
	@tools/setup.sh test
	$(BIN)/kit data fetch --all
	$(BIN)/kit data verify
	$(BIN)/kit run courses

test-fast:
	@tools/setup.sh test
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m "not browser and not fresh"

lab:
	@tools/setup.sh lab
	@$(BIN)/kit start
	@$(BIN)/kit lab

constraints:
	tools/pin.sh

environments:
	$(BIN)/python tools/environments.py

messages:
	$(BIN)/python tools/messages.py

clean:
	rm -rf .venv build dist demo/out .pytest_cache .mypy_cache .ruff_cache

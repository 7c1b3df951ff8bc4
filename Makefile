# Two commands: `make run` and `make test`. Everything they need is made in .venv/ and var/.
# The Python of a distribution is built with optimisations; one that a version manager built often is not, and slower.
PYTHON ?= /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.PHONY: help setup setup-dev run test test-long lint bench e2e test-faults translations clean

help:
	@echo "make run    start everything; prints the address and the accounts"
	@echo "make test   check everything"
	@echo "make setup  the environment alone | make bench | make lint | make e2e | make clean"

setup: .venv/run.stamp
	@:

setup-dev: .venv/dev.stamp
	@:

# The newest Python is not always called python3; PYTHON=… chooses one.
.venv/bin/python:
	@found=; for python in $(PYTHON); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; found=$$python; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null && exec "$$python" -m venv .venv; \
	done; \
	if [ -n "$$found" ]; then \
		echo "$$found: thiếu mô-đun venv / lacks the module venv (Debian, Ubuntu: apt install python3-venv)" >&2; \
	else \
		echo "Cần Python 3.11 trở lên / Python 3.11 or newer is needed (make … PYTHON=/path/to/python3)" >&2; \
	fi; exit 2

# The project itself: no build environment is fetched, nothing outside the lock is installed.
.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Cài đặt thư viện / installing packages …"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null  # a set-up cut short
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	@echo "Cài đặt công cụ kiểm thử / installing test tools …"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

run: setup
	@exec $(BIN)/python -m tracker run

lint: setup-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest -n 2

test-long: setup-dev
	MACHINE_STEPS=100000 $(BIN)/python -m pytest tests/db/test_machine.py tests/web/test_hostile.py
	MACHINE_STEPS=10000 $(BIN)/python -m pytest tests/db/test_filing_machine.py tests/db/test_reporting_machine.py

e2e: setup-dev
	$(BIN)/python -m pytest tests/e2e

test-faults: setup-dev
	$(BIN)/python -m pytest tests/tasks tests/local tests/rules/test_year.py
	$(BIN)/python -m tests.faults

bench: setup-dev
	$(BIN)/python -m tests.bench

# After a text changed: collect the msgids, then translate tracker/translations/en/LC_MESSAGES/messages.po.
translations: setup-dev
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k gettext -k _ --no-location --sort-output -o var/messages.pot .
	$(BIN)/pybabel -q update -N -i var/messages.pot -d tracker/translations --no-wrap
	$(BIN)/pybabel -q compile -d tracker/translations

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis *.egg-info

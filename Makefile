# `make app` serves the app on the sample practice; `make test` runs all tests.
PYTHON ?= python3
BIN = .venv/bin
PRACTICE ?= data/sample
# Matrices are small here: threads of two processes on two cores only wait for each other.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: app test check fix lock
.DEFAULT_GOAL := app

app: .venv/ready
	$(BIN)/abate serve $(PRACTICE)

test: .venv/ready
	$(BIN)/python tests/browser/install.py
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

check: .venv/ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/sqlfluff lint --processes 2 pipelines
	$(BIN)/nbstripout --verify notebooks/*.ipynb
	$(MAKE) test

fix: .venv/ready
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/sqlfluff fix pipelines
	$(BIN)/python -m pipelines.intake.documentation data/README.md
	$(BIN)/nbstripout notebooks/*.ipynb

lock: .venv/ready
	$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --extra dev \
		--quiet --upgrade pyproject.toml -o requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Abate needs Python 3.11 or newer; say which: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

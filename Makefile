# The one task runner: people, git hooks and CI use the same names.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Python's own file cache makes every later start about three times as fast.
unexport PYTHONDONTWRITEBYTECODE
# Stages that DVC starts find the environment's tools first.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# The first of these that is new enough is used; name another with `make run PYTHON=...`.
PYTHON ?= python3 python3.11 python3.12 python3.13
# More arguments for pytest: `make test ARGS="--no-cov -k label"`.
ARGS ?=
PORT ?= 5000
IMAGE ?= faultcast:latest
# In a container one often is root, which Jupyter refuses unless told.
allow_root = $(if $(filter 0,$(shell id -u)),--allow-root)

# A stamp is named by the content of what it was made from (and by the folder, which scripts in
# .venv name): other content or an interrupted set-up leaves no such stamp, a new time stamp does.
checksum = $(shell { pwd; cat $(1); } | cksum | cut -d' ' -f1)
uv := .uv/ready-$(call checksum,requirements/uv.txt)
venv := .venv/ready-$(call checksum,requirements/uv.txt requirements/all.txt setup.cfg setup.py)

.PHONY: help run test lint format lab ui serve tracking-server docs lock venv image image-test \
    delivery-test sbom audit clean

help:  ## Show this list
	@echo "faultcast: from raw plant logs to reported models. Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/\1|\2/p' Makefile | awk -F'|' '{ printf "  make %-15s %s\n", $$1, $$2 }'

run: $(venv)  ## Run the belt for every plant of params.yaml, promote what passes the gate, show the results
	@faultcast pipeline run
	@faultcast gate --later
	@faultcast summary

test: $(venv)  ## Run all tests in parallel, with coverage
	@scripts/debian-packages
	@mkdir -p build
	@OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1 pytest --numprocesses=auto --cov \
	    --cov-report=term --cov-report=xml:build/coverage.xml --junitxml=build/junit.xml $(ARGS)

lint: $(venv)  ## Run every check of the pre-commit hooks on all files
	@pre-commit run --all-files

format: $(venv)  ## Format code and notebooks, strip the notebooks' outputs
	@ruff check --quiet --fix-only .
	@ruff format .
	@nbstripout --keep-id --extra-keys metadata.language_info notebooks/*.ipynb

lab: $(venv)  ## Open the notebooks in JupyterLab
	@jupyter lab $(allow_root) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks

ui: $(venv)  ## Show the tracked runs in a browser (PORT=5000)
	@faultcast sync
	@echo "Open http://127.0.0.1:$(PORT) (Ctrl-C ends it)"
	@MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false mlflow ui --port $(PORT) \
	    --backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///mlflow.db}"

tracking-server: $(venv)  ## Run an MLflow server on PostgreSQL for a team (PORT=5000, FOLDER=...)
	@faultcast tracking-server --port $(PORT) $(if $(FOLDER),--folder "$(FOLDER)")

serve: $(venv)  ## Show the planner's board and the API (/docs) with the demo plants (PORT=8080)
	@faultcast serve --demo --port $(if $(filter file,$(origin PORT)),8080,$(PORT))

docs: $(venv)  ## Build the documentation into docs/_build/html
	@sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

lock: $(uv)  ## Compile requirements/ and environment.yaml from setup.cfg (UPGRADE=1 takes newer versions)
	@compile() { .uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url $(if $(UPGRADE),--upgrade) "$$@"; }; \
	echo uv | compile - --output-file requirements/uv.txt; \
	compile setup.cfg --extra dev --output-file requirements/all.txt; \
	compile setup.cfg --extra serving --constraint requirements/all.txt --output-file requirements/serving.txt
	@$(find_python); "$$python" scripts/conda_environment.py > environment.yaml
	@if command -v npm >/dev/null; then \
	    npm install --package-lock-only --omit-lockfile-registry-resolved --silent --prefix requirements/node; \
	else echo "requirements/node stays as it is: it needs npm"; fi

venv: $(venv)  ## Set up .venv and do nothing else

image: $(venv)  ## Build the serving image with the champions of the registry (IMAGE=faultcast:latest)
	@faultcast delivery context build/image
	@scripts/image-build $(IMAGE) build/image

image-test:  ## Run the image and ask it for a forecast of every model
	@scripts/image-test $(IMAGE)

delivery-test: $(venv)  ## Test the way to production: Docker engine, registry, nginx, sshd, pipeline
	@scripts/debian-packages requirements/debian-delivery.txt
	@pytest tests/delivery --no-cov -p no:cacheprovider $(ARGS)

sbom: $(venv)  ## List what the serving image installs, as build/sbom.json (CycloneDX)
	@mkdir -p build
	@cyclonedx-py requirements requirements/serving.txt --output-file build/sbom.json
	@echo "Written: build/sbom.json"

audit: $(venv)  ## Ask the vulnerability database about the packages of the serving image
	@pip-audit --strict --requirement requirements/serving.txt --disable-pip --require-hashes || { \
	    echo "Not audited, or not safe: see above. The database of vulnerabilities is PyPI's." >&2; exit 1; }

clean:  ## Remove what stages and tools wrote; keep raw data, DVC's cache, tracked runs and .venv
	@git clean -fdXq data/interim data/processed models reports
	@rm -rf build dist docs/_build docs/api docs/references htmlcov .coverage .coverage.* .hypothesis \
	    .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@echo "Removed the outputs of stages and tools. Kept: data/raw, data/external, DVC's cache"
	@echo "(so that the next make run takes unchanged stages from it), tracked runs and .venv."

$(uv):
	@echo "Set-up 1 of 2: uv"
	@rm -rf .uv
	@$(find_python); $(install_uv)
	@touch $@

$(venv): $(uv)
	@echo "Set-up 2 of 2: .venv from requirements/all.txt (a quarter of a minute, longer on a slow network)"
	@$(find_python); .uv/bin/uv venv --quiet --clear --no-python-downloads --python "$$python" .venv
	@.uv/bin/uv pip sync --python .venv --require-hashes requirements/all.txt 2>&1 | { grep -v '^ + ' || true; }
	@.uv/bin/uv pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@touch $@

define find_python
python=; for candidate in $(PYTHON); do \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "faultcast needs Python 3.11 or newer, and none of these is: $(PYTHON)." >&2; \
	    echo "Install one, or name it: make $(or $(MAKECMDGOALS),run) PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi
endef

# pip where Python has it, else the one that comes in a virtual environment.
define install_uv
pip="$$python -m pip"; \
	if ! $$pip --version >/dev/null 2>&1; then "$$python" -m venv .uv; pip=.uv/bin/pip; fi; \
	$$pip install -qq --disable-pip-version-check --no-warn-script-location --root-user-action=ignore \
	    --target .uv --upgrade --require-hashes --requirement requirements/uv.txt
endef

# Everything that a person or a machine does with offramp. Needs Python 3.11 or newer and a package registry, no more.
#   make run      the answer for Venezuela            make docs      the documentation, as HTML
#   make serve    the workspace in the browser, on the examples, with a finished run
#   make test     the whole test suite                make bench     the benchmarks
#   make lint     style, formatting and types         make coverage  which lines the tests reach
#   make check    lint, docs and test                 make fuzz      broken input for three minutes
#   make outputs  what the pages show of commands, run anew
#   make pictures the pictures of the workspace, taken anew
#   make lock     fresh pinned versions              make tutorial the notebook, executed anew
#   make ui       the workspace's front end, built anew (needs Node; only who changes ui/ needs it)
#   make bench-workspace  how long the workspace takes to answer, into docs/workspace.md
#   make bench-load  a hundred people at once on a workspace, into docs/workspace.md
#   make bench SEED=7 draws other games; make -s bench-json prints one JSON document; make bench-docs writes docs/performance.md

PYTHON ?= python3
SCENARIO ?= examples/venezuela-2024.yaml
JOBS ?= 2
SEED ?= 7
SECONDS ?= 60
WORKSPACE ?= .venv/workspace
PARALLEL := --numprocesses $(JOBS) --dist worksteal
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-deps
WARM := echo "compiling the solver (two or three minutes, once)" >&2; $(BIN)/python -m offramp.solve.warm
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade --group build

.DELETE_ON_ERROR:
.PHONY: run serve test lint docs ui pictures outputs tutorial bench bench-json bench-docs bench-exploring bench-workspace bench-load coverage fuzz check lock clean

run: .venv/.run
	@$(BIN)/offramp run $(SCENARIO)

# A workspace over copies of the examples, with a finished run of the scenario; what is changed there stays there.
serve: $(WORKSPACE)/runs/$(basename $(notdir $(SCENARIO)))/run.json
	@$(BIN)/offramp serve $(WORKSPACE) $(ARGS)

$(WORKSPACE)/runs/%/run.json: | .venv/.run
	@mkdir -p $(WORKSPACE)
	@for each in examples/*.yaml $(SCENARIO); do \
	  test -e $(WORKSPACE)/$$(basename $$each) || cp $$each $(WORKSPACE); \
	done
	@echo "answering and exploring $(SCENARIO) (a minute or two, once)" >&2
	@cd $(WORKSPACE) && "$(CURDIR)/$(BIN)/offramp" run $*.yaml --explore all --out runs/$* --quiet

# The exit code of pytest itself is kept for .ci/run: make turns every failure into its own 2.
test: .venv/.dev .venv/.oracle
	@rm -f .venv/pytest-code; code=0; $(BIN)/python -m pytest $(PARALLEL) $(ARGS) || code=$$?; \
	echo $$code > .venv/pytest-code; exit $$code

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/.dev
	$(BIN)/python docs/generate_cli.py
	$(BIN)/python docs/generate_api.py
	$(BIN)/python docs/generate_blocks.py
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

# What commands print, as the pages show it; read the differences before you commit them.
outputs: .venv/.dev
	$(BIN)/python docs/refresh_outputs.py

# The tutorial notebook, executed anew where it stands; read it again afterwards.
tutorial: .venv/.dev
	$(BIN)/python docs/run_tutorial.py

# The pictures of the workspace in README.md and docs/workspace.md (needs Chromium); look at them before you commit them.
pictures: .venv/.dev $(WORKSPACE)/runs/$(basename $(notdir $(SCENARIO)))/run.json
	$(BIN)/python -m docs.take_pictures $(WORKSPACE)

# The front end of the workspace: checked, tested, and built into offramp/workspace/static, which is committed.
ui:
	cd ui && npm ci && npm run check && npm test && npm run build

# Both sides in one run on all cores, in less than ten minutes: leave the machine alone meanwhile.
bench: .venv/.dev .venv/.oracle .venv/.bench
	@$(BIN)/python -m benchmarks --seed $(SEED)

bench-json: .venv/.dev .venv/.oracle .venv/.bench
	@$(BIN)/python -m benchmarks --seed $(SEED) --json

# How long each analysis of the example takes, into docs/performance.md; three minutes.
bench-exploring: .venv/.dev
	@$(BIN)/python -m benchmarks.exploring

# A hundred people at once for a minute on a workspace, over SQLite and PostgreSQL, into docs/workspace.md; four minutes.
bench-load: .venv/.dev
	@$(BIN)/python -m benchmarks.load

# How long the workspace takes to answer, over HTTP, into docs/workspace.md; two minutes.
bench-workspace: .venv/.dev
	@$(BIN)/python -m benchmarks.asking

# The tables and figures of docs/performance.md, measured anew; a quarter of an hour.
bench-docs: .venv/.dev .venv/.oracle .venv/.bench
	@$(BIN)/python -m benchmarks.page --seed $(SEED)

# Compiled kernels are invisible to coverage: their own tests run once more as plain Python.
coverage: .venv/.dev .venv/.oracle
	$(BIN)/python -m pytest $(PARALLEL) --cov=offramp --cov-report= $(ARGS)
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -q tests/test_kernels.py --cov=offramp --cov-append --cov-report=term

# A minute of broken input for each parser, and of requests for the workspace; anything but a clean error ends it.
fuzz: .venv/.dev
	$(BIN)/python tests/fuzz.py expressions --seconds 60
	$(BIN)/python tests/fuzz.py loader --seconds 60
	$(BIN)/python tests/fuzz_workspace.py --seconds $(SECONDS) --seed $(SEED)

check: lint docs test

# dev.txt is resolved first and holds the others to the same versions.
lock: .venv/.dev
	$(COMPILE) --group dev -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/run.txt
	$(COMPILE) --group oracle -c requirements/dev.txt -o requirements/oracle.txt
	$(COMPILE) --group bench -c requirements/dev.txt -o requirements/bench.txt

clean:
	rm -rf build dist docs/_build htmlcov .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find offramp tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: a lock or pyproject.toml that is newer than its stamp is installed again.
.venv/.run: requirements/run.txt pyproject.toml | $(BIN)/pip
	@echo "installing what offramp needs (about a minute, once)" >&2
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --no-build-isolation -e .
	@$(WARM)
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | $(BIN)/pip
	@echo "installing what offramp and its tests need (a minute or two, once)" >&2
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@$(INSTALL) --no-build-isolation -e .
	@$(WARM) all
	@touch .venv/.run $@

# Gambit is an independent check, not a need: where it cannot be installed, the tests that ask it are left out, and the run says so.
.venv/.oracle: requirements/oracle.txt .venv/.dev
	@echo "installing Gambit, which checks our solver (ten minutes or more where it must be compiled, once)" >&2
	@$(INSTALL) --require-hashes -r requirements/oracle.txt \
	|| echo "Gambit could not be installed (it needs a C++ compiler here): tests that ask it are left out" >&2
	@touch $@

# Other solvers to compare with, and what draws the figures; a benchmark leaves out whom it does not find, and says so.
.venv/.bench: requirements/bench.txt .venv/.dev
	@echo "installing QuantEcon, OpenSpiel and matplotlib for the benchmarks (a minute, once)" >&2
	@$(INSTALL) --require-hashes --only-binary :all: -r requirements/bench.txt >&2 \
	|| echo "they could not be installed (there may be no wheel for this machine): the benchmark leaves them out" >&2
	@touch $@

$(BIN)/pip:
	@for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
	    $$python -m venv .venv || { rm -rf .venv; exit 1; }; exit 0; \
	  fi; \
	done; \
	echo "offramp needs Python 3.11 or newer and found none; name it with: make PYTHON=/path/to/python3" >&2; exit 1

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL = $(BIN)/uv pip install --quiet --compile-bytecode --python
LOCK = $(BIN)/uv pip compile --quiet - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
  --no-emit-package bookingsync-inbox-mock --custom-compile-command 'make lock'

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show what can be made
	@sed -n 's/^\([a-z -]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

$(BIN)/python:
	@echo 'Setting up $(VENV): this happens once, and takes some seconds.'
	@$(PYTHON) -m venv $(VENV)

# What serving needs, in the newest versions that fit.
$(VENV)/serves: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

# What working on the project needs beyond that, in exactly the versions of the lock file; the build runs from it, too.
# uv takes a quarter of pip's time, and does not read pip's settings: where these alone name an index, pip has to do.
$(VENV)/ready: pyproject.toml requirements-dev.txt | $(BIN)/python
	@echo 'Installing what tests and checks need: this happens once, and takes some seconds.'
	@sed -n '/^uv==/,/^    #/p' requirements-dev.txt | $(BIN)/python -m pip install --quiet --require-hashes --requirement /dev/stdin
	@$(INSTALL) $(BIN)/python --require-hashes --requirement requirements-dev.txt \
	  || $(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	@$(INSTALL) $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(VENV)/serves $@

.PHONY: setup
setup: $(VENV)/ready ## Install everything into .venv, as locked

.PHONY: lock
lock: $(VENV)/ready ## Lock the newest versions of all that pyproject.toml names; commit requirements-dev.txt
	@rm -f requirements.txt requirements-build.txt requirements-dev.txt
	@echo '-e .[contracts,postgres,pytest]' | $(LOCK) --group pyproject.toml:dev --output-file requirements-dev.txt
	@echo '-e .[postgres]' | $(LOCK) --constraint requirements-dev.txt --output-file requirements.txt
	@echo 'hatchling' | $(LOCK) --constraint requirements-dev.txt --output-file requirements-build.txt
	@$(BIN)/python tests/lock.py

.PHONY: licences
licences: $(VENV)/ready ## Write docs/licences.md, from the lock files and the metadata of what is installed
	@$(BIN)/python tests/licences.py

.PHONY: audit
audit: $(VENV)/ready ## Ask the advisory service about every locked version
	@$(BIN)/python tests/audit.py

.PHONY: hooks
hooks: $(VENV)/ready ## Run the checks at each commit, by pre-commit
	@$(BIN)/pre-commit install

.PHONY: serve
serve: $(VENV)/serves ## Run the fake on http://127.0.0.1:8089
	@$(BIN)/inbox-mock serve $(ARGS)

.PHONY: test
test: $(VENV)/ready ## Run the tests; the many processes that they start read bytecode, also where it is turned off
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --dist worksteal $(ARGS)

.PHONY: test-lowest test-newest
test-lowest test-newest: $(VENV)/ready ## Run the tests with the lowest versions that are declared, on Python 3.11; with the newest, on the newest
	@$(BIN)/python tests/versions.py $(@:test-%=%) $(ARGS)

.PHONY: coverage
coverage: $(VENV)/ready ## Measure which lines and branches of the product the tests run, subprocesses and threads included
	@rm -f .coverage*
	@$(BIN)/coverage run -m pytest -n auto $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage json --quiet -o .coverage-totals.json
	@$(BIN)/coverage report --skip-covered
	@$(BIN)/python -c 'import json; t = json.load(open(".coverage-totals.json"))["totals"]; \
	  print("lines {covered_lines} of {num_statements}, branches {covered_branches} of {num_branches}".format(**t))'

.PHONY: check
check: $(VENV)/ready ## Look for mistakes without running anything: format, lint, types, imports, circles, lock file
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tests/figures.py --check
	@$(BIN)/python tests/lock.py

.PHONY: format
format: $(VENV)/ready ## Put the code in its usual form
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

.PHONY: schemathesis
schemathesis: $(VENV)/ready ## Hold a freshly started fake against its OpenAPI document, in every phase
	@$(BIN)/python tests/openapi/run_schemathesis.py $(ARGS)

kits/node/node_modules: kits/node/package-lock.json
	@cd kits/node && npm ci --silent
	@touch $@

.PHONY: kits
kits: $(VENV)/ready kits/node/node_modules ## Test the kit for Node, with its own tools; that for Ruby is among the tests
	@cd kits/node && PATH="$(abspath $(BIN)):$$PATH" npm test --silent

CLIENTS := tests/openapi/clients

$(CLIENTS)/.venv/ready: $(CLIENTS)/requirements.txt $(CLIENTS)/package-lock.json | $(VENV)/ready
	@$(PYTHON) -m venv $(@D)
	@$(INSTALL) $(@D)/bin/python --requirement $< || $(@D)/bin/python -m pip install --quiet --requirement $<
	@cd $(CLIENTS) && npm ci --silent --ignore-scripts
	@touch $@

.PHONY: openapi-clients
openapi-clients: $(VENV)/ready $(CLIENTS)/.venv/ready ## Lint both OpenAPI documents, generate clients, compile them, let each answer a guest; needs node and java
	@PYTHONPATH=tests $(BIN)/python tests/openapi/run_clients.py

.PHONY: soak
soak: $(VENV)/ready ## Send an hour's traffic of 64 clients at full speed, and compare what the server holds at both ends
	@$(BIN)/python tests/soak.py $(ARGS)

.PHONY: hostile
hostile: $(VENV)/ready ## Attack the product for ten minutes; ARGS='--only NAME --seed N --seconds S' for less, --list says what is done
	@PYTHONPATH=tests $(BIN)/python -m hostile $(ARGS)

.PHONY: crash
crash: $(VENV)/ready ## Kill servers at 1,000 random moments while clients write; ARGS='--home postgresql --kills N --seed N'
	@PYTHONPATH=tests $(BIN)/python -m crash $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/ready ## Grow inputs by the code that they reach, for half an hour; ARGS='--only NAME --seed N --seconds S' for less
	@$(BIN)/python -m pip install --quiet --only-binary :all: --group fuzz || echo 'No atheris for this Python: hypothesis takes its place.'
	@PYTHONPATH=tests:examples/python_client $(BIN)/python -m fuzz $(ARGS)

.PHONY: frameworks
frameworks: $(VENV)/ready ## Run the examples of web frameworks and OAuth libraries, which are installed for that: a few minutes; ARGS='--only koa'
	@$(BIN)/python tests/frameworks.py $(ARGS)

.PHONY: mutants
mutants: $(VENV)/ready ## Judge the judge: broken servers and broken clients on trial; ARGS=--fast for less
	@PYTHONPATH=tests:examples/python_client $(BIN)/python -m mutants $(ARGS)

.PHONY: bench
bench: $(VENV)/ready ## Measure speed and memory, as ratios in one run; what starts reads bytecode, as installed
	@PYTHONDONTWRITEBYTECODE= PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

.PHONY: bench-peers
bench-peers: $(VENV)/ready ## Measure other fakes and mock servers beside this one, and write the tables of docs/speed.md and the README
	@PYTHONDONTWRITEBYTECODE= PYTHONPATH=tests $(BIN)/python -m bench.peers $(ARGS)

.PHONY: growth
growth: $(VENV)/ready ## Measure how costs grow with messages and sandboxes, and draw the plot of docs/speed.md
	@PYTHONDONTWRITEBYTECODE= PYTHONPATH=tests $(BIN)/python -m bench.growth $(ARGS)

.PHONY: dist
dist: $(VENV)/ready ## Build the wheel and the source distribution of the last commit into dist: the same bytes everywhere
	@rm -rf build/dist && mkdir -p build/dist
	@git archive HEAD | tar -x -C build/dist
	@cd build/dist && SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) "$(abspath $(BIN))/python" -m hatchling build --directory "$(CURDIR)/dist"

.PHONY: clean
clean: ## Remove what was made
	rm -rf $(VENV) dist build .coverage* .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis .schemathesis

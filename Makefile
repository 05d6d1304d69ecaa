PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# What serving needs, and what working on the project needs beyond that.
$(VENV)/serves: pyproject.toml
	@echo 'Setting up $(VENV): this happens once, and takes some seconds.'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/ready: $(VENV)/serves
	@echo 'Installing what tests and checks need: this happens once, and takes some seconds.'
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

.PHONY: setup
setup: $(VENV)/ready ## Install everything into .venv

.PHONY: serve
serve: $(VENV)/serves ## Run the fake on http://127.0.0.1:8089
	@$(BIN)/inbox-mock serve $(ARGS)

.PHONY: test
test: $(VENV)/ready ## Run the tests
	@$(BIN)/pytest -n auto $(ARGS)

.PHONY: check
check: $(VENV)/ready ## Look for mistakes without running anything: format, lint, types, arrows
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/ready ## Put the code in its usual form
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

.PHONY: schemathesis
schemathesis: $(VENV)/ready ## Hold a freshly started fake against its OpenAPI document, in every phase
	@$(BIN)/python tests/openapi/run_schemathesis.py $(ARGS)

.PHONY: soak
soak: $(VENV)/ready ## Let 64 threads live in sandboxes of one server, for SOAK_SECONDS (60)
	@$(BIN)/python tests/soak.py

.PHONY: mutants
mutants: $(VENV)/ready ## Judge the judge: broken servers and broken clients on trial; ARGS=--fast for less
	@PYTHONPATH=tests:examples/python_client $(BIN)/python -m mutants $(ARGS)

.PHONY: bench
bench: $(VENV)/ready ## Measure speed and memory, as ratios in one run
	@PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

.PHONY: wheel
wheel: $(VENV)/ready ## Build the wheel into dist
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

.PHONY: clean
clean: ## Remove what was made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
BENCH_STAMP := .venv/.ready-bench
BROWSER_STAMP := .venv/.ready-browser
PACKAGES := shared gateway cli services/profile-service services/interaction-service services/survey-service services/loyalty-service

.PHONY: help run demo test test-faults test-browser test-kafka check fix lock bench lint types imports

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(STAMP): requirements.lock pyproject.toml $(addsuffix /pyproject.toml,$(PACKAGES))
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[0-9.]+' requirements.lock)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(foreach p,$(PACKAGES),-e ./$(p))
	@touch $@

run: $(STAMP) ## start everything embedded and stay in the foreground
	@$(BIN)/hamdel up

demo: $(STAMP) ## the main job on real purchases: import, view, commit-to-view time
	@$(BIN)/hamdel demo

test: $(STAMP) ## the tests, on a real PostgreSQL and broker; the long scenarios are in test-faults
	@$(BIN)/pytest -n 4 --dist loadfile -m "not kafka and not slow and not browser"

test-faults: $(STAMP) ## kill -9, outages, a fuzzed API: the scenarios of more than ten seconds
	@$(BIN)/pytest -n 2 --dist loadfile -m "slow and not kafka and not browser"

$(BROWSER_STAMP): $(STAMP) requirements-browser.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-browser.lock
	@touch $@

test-browser: $(BROWSER_STAMP) ## the pages that people fill in, in a real headless Chromium (Debian's package)
	@$(BIN)/pytest -m "browser and not kafka"

test-kafka: $(STAMP) ## messaging and end-to-end tests on Apache Kafka
	@$(BIN)/python -m tests.kafka

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy shared/src gateway/src cli/src services/*/src benchmarks tests

imports: $(STAMP)
	@$(BIN)/lint-imports

check: lint types imports test test-faults ## lint + types + imports + test + test-faults

fix: $(STAMP) ## format and repair what can be repaired by machine
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: ## make requirements.lock again; UPGRADE=--upgrade takes newer versions
	@test -x $(BIN)/uv || ($(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet uv)
	@$(BIN)/uv pip compile --quiet $(UPGRADE) --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
	  --python-version 3.11 --no-emit-package hamdel --group dev pyproject.toml \
	  $(addsuffix /pyproject.toml,$(PACKAGES)) -o requirements.lock
	@$(BIN)/uv pip compile --quiet $(UPGRADE) --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
	  --python-version 3.11 --constraints requirements.lock --group bench -o requirements-bench.lock
	@$(BIN)/uv pip compile --quiet $(UPGRADE) --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
	  --python-version 3.11 --constraints requirements.lock --group browser -o requirements-browser.lock

$(BENCH_STAMP): $(STAMP) requirements-bench.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	@touch $@

bench: $(BENCH_STAMP) ## every figure beside its floor, into benchmarks/RESULTS.md
	@$(BIN)/python -m benchmarks

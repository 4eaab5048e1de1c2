# Everything installs itself into .venv; nothing is needed but Python 3.11 or later and make.
PYTHON ?= python3
CONTACTS ?= 1000
SEED ?= 1
EXAMPLES ?= 200

VENV := .venv
BIN := $(VENV)/bin
# dbt as the README sets it up, whatever profiles.yml the reader has made since
PROFILES := $(VENV)/profiles
DBT := DBT_PROFILES_DIR=$(PROFILES) $(BIN)/dbt

# what docs site and report describe
DATABASE := $(or $(ACTIVECAMPAIGN_DUCKDB),$(wildcard warehouse.duckdb),sandbox.duckdb)

# both of them read the project once, with its unit tests for dbt-bouncer to count
UNIT_TESTS := --vars 'activecampaign_unit_tests: true'

.PHONY: help demo docs report look test soak lint clean

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

demo: $(VENV)/.installed $(PROFILES)/profiles.yml ## load a made-up account, build the tables, show them
	@DBT_PROFILES_DIR=$(PROFILES) $(BIN)/python examples/demo.py --contacts $(CONTACTS) --seed $(SEED)

docs: $(VENV)/.installed-docs $(filter sandbox.duckdb,$(DATABASE)) $(PROFILES)/profiles.yml ## the docs site, of your database or else of a made-up account
	@ACTIVECAMPAIGN_DUCKDB=$(DATABASE) DBT_PROFILES_DIR=$(PROFILES) $(BIN)/python -m docs.site

report: $(VENV)/.installed-report $(filter sandbox.duckdb,$(DATABASE)) ## a page of charts, of the same database
	@ACTIVECAMPAIGN_DUCKDB=$(DATABASE) $(BIN)/python -m docs.report

look: docs report $(VENV)/.installed-look ## see both in headless Chromium, pictures in target/look
	@command -v chromium > /dev/null || command -v chromium-browser > /dev/null || \
		command -v google-chrome > /dev/null || \
		{ apt-get update -qq && apt-get install --yes -qq chromium; }
	@$(BIN)/python -m docs.site.look

sandbox.duckdb:
	@$(MAKE) demo

test: $(VENV)/.installed-dev ## all tests, on all cores
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

soak: $(VENV)/.installed-dev ## what takes hours: random edits, faults, kills
	ACTIVECAMPAIGN_SOAK_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -s \
		tests/test_property.py tests/test_crash.py tests/test_soak.py

lint: $(VENV)/.installed-dev $(PROFILES)/profiles.yml ## ruff, mypy, sqlfluff, dbt-bouncer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project
	$(BIN)/python -m loader --sandbox --contacts 20
	ACTIVECAMPAIGN_DUCKDB=sandbox_20_1.duckdb $(DBT) --quiet run $(UNIT_TESTS)
	ACTIVECAMPAIGN_DUCKDB=sandbox_20_1.duckdb $(DBT) --quiet docs generate --no-compile $(UNIT_TESTS)
	$(BIN)/dbt-bouncer run --config-file dbt_project/dbt-bouncer.yml

clean: ## remove what was installed, loaded and built here
	rm -rf $(VENV) build *.egg-info target logs sandbox*.duckdb sandbox*.duckdb.dlt

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml
	@echo "Installing into $(VENV): a minute or two the first time"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-%: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@

$(PROFILES)/profiles.yml: profiles.yml.example $(BIN)/python
	@mkdir -p $(PROFILES)
	@cp $< $@

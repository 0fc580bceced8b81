# Beamport: `make run` starts it, `make test` runs every check. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -q
SPA := frontend/spa
SPA_SOURCES := $(shell find $(SPA) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
OFFLINE = { echo "Beamport could not install $(1): the message above says why. Is the package registry reachable?" >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help run test lint types bench audit lock clean install install-dev browser

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

run: install browser ## Start Beamport on this machine (PORT=8001 for another port)
	@exec $(PY) -m config.supervisor

test: install-dev browser ## Run every check and every test
	@exec $(PY) -m tests.support.run_checks

lint: install-dev $(SPA)/node_modules/.stamp ## Format, lint, types and import contracts only
	@exec $(PY) -m tests.support.run_checks --only lint

bench: install-dev ## Measure, beside the peers
	@exec $(PY) -m bench

audit: install-dev ## Ask for known vulnerabilities of the locked packages (needs PyPI's JSON interface)
	@exec $(PY) -m tests.support.dependency_audit

lock: install-dev ## Write the lock files anew from requirements*.in
	@for name in requirements requirements-dev; do \
	  $(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 $$name.in -o $$name.txt || exit 1; done

clean: ## Remove what was installed and built; data under var/ stay
	@rm -rf $(VENV) $(SPA)/node_modules $(SPA)/dist

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev
browser: $(SPA)/dist/.stamp

$(PY):
	@command -v $(PYTHON) >/dev/null || \
	  { echo "Beamport needs Python 3.11 or newer, and there is no $(PYTHON). Name another: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Beamport needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 run" >&2; exit 1; }
	@echo "  Python environment: making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make a virtual environment (on Debian: apt install python3-venv)." >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: requirements.txt | $(PY)
	@echo "  Python packages: installing what requirements.txt locks"
	@$(PIP) install --require-hashes -r requirements.txt || $(call OFFLINE,its Python packages)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "  Python packages: installing what requirements-dev.txt locks"
	@$(PIP) install --require-hashes -r requirements-dev.txt || $(call OFFLINE,its test packages)
	@touch $@

$(SPA)/node_modules/.stamp: $(SPA)/package-lock.json $(VENV)/.installed
	@echo "  Browser part: installing what package-lock.json locks"
	@$(PY) -m config.node ci --no-audit --no-fund --loglevel=error || $(call OFFLINE,the browser part)
	@touch $@

$(SPA)/dist/.stamp: $(SPA_SOURCES) $(SPA)/node_modules/.stamp
	@echo "  Browser part: building"
	@$(PY) -m config.node run --silent build -- --logLevel warn
	@touch $@

# The only commands a person must know. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo serve public wheel install test test-all test-sqlite test-postgresql coverage check check-types check-all-else migration audit bench drills install-drill attacks fuzz size pictures lock venv
PYTHON ?= python3
# How many requests `make fuzz` makes of each kind.
N ?= 10000
BIN := .venv/bin
EVERYDAY := everyday or not (browser or whole)
# The digest of lock and version names the stamp, so a change of either installs again.
RUN := .venv/.run-$(shell cat requirements.txt pyproject.toml | cksum | cut -d' ' -f1)
DEV := .venv/.dev-$(shell cat requirements-dev.txt pyproject.toml | cksum | cut -d' ' -f1)
AUDIT := .venv/.audit-$(shell cksum < requirements-audit.txt | cut -d' ' -f1)
AUDIT_BIN := .venv/audit/bin
# The lock is whole. Without --no-deps pip looks at newer versions of what an extra asks for, which
# have no hash in it, and gives up on the day one is published.
# In .venv there must be room, in /tmp there may be none. A pip.conf may ask for --user.
INSTALL := TMPDIR=.venv $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-user
# Empty where .venv can be used. It is made again when it's cut off, or its Python is gone, too old or
# became another. Its pip is the last to come.
VENV := $(if $(shell { $(BIN)/python -I -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' && \
  ls $(BIN)/pip; } 2>/dev/null),,venv)
# Only what is typed after make counts, not a HOST or PORT that the shell has.
HOST_ASKED := $(if $(findstring command,$(origin HOST)),--host $(HOST))
PORT_ASKED := $(if $(findstring command,$(origin PORT)),--port $(PORT))
# Set in a shell for other programs, they change which modules ours find, where pip puts them, and
# what is an error.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONWARNINGS PIP_PREFIX PIP_ROOT PIP_TARGET

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 15

demo: $(RUN) ## five ideas from first draft to decision, with real visits, served (data in instance/demo)
	@exec $(BIN)/wbtest demo $(PORT_ASKED)

serve: $(RUN) ## your own data, in instance/; PORT= and HOST= where it listens; the first visit makes the owner
	@exec $(BIN)/wbtest serve $(HOST_ASKED) $(PORT_ASKED)

public: $(RUN) ## the same on the internet, at an https address, while this runs (needs a tunnel program)
	@exec $(BIN)/wbtest public $(PORT_ASKED)

wheel: $(RUN) ## what pip, pipx and uvx install, in dist/
	@$(BIN)/python -m hatchling build -t wheel

test: $(DEV) ## before each commit: all but browser walks, faults and fuzzing; four to five minutes
	@$(BIN)/pytest -q -n 4 -m "$(EVERYDAY)"

test-all: $(DEV) ## everything, and beside it on PostgreSQL what a database can change; 18 minutes
	@$(MAKE) --no-print-directory -j 2 test-sqlite test-postgresql

test-sqlite: $(DEV)
	@env -u TEST_DATABASE_URL $(BIN)/pytest -q

# One process: it fills the time in which the other round waits for browsers and programs.
test-postgresql: $(DEV)
	@$(if $(TEST_DATABASE_URL),,.ci/with-postgresql) env SECOND_ROUND=1 $(BIN)/pytest -q -n 0 \
	  >.venv/postgresql.log 2>&1; failed=$$?; \
	echo "On PostgreSQL:"; cat .venv/postgresql.log; exit $$failed

coverage: $(DEV) ## lines and branches of wbtest/ that the tests run, at least 90 %; half an hour
	@$(BIN)/pytest -q --cov

install: $(DEV)

check: check-types check-all-else ## format, lint, types, import rules, templates, words of the screen, dead dependencies

# Types take longer than all else together: `make -j2 check` looks at both at once.
check-types: $(DEV)
	$(BIN)/mypy

check-all-else: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --quiet templates
	$(BIN)/deptry .
	$(BIN)/python -m tests.words

migration: $(DEV) ## write the newest migration, after a change of the models
	@$(BIN)/python -m tests.migration

audit: $(DEV) $(AUDIT) ## what we build upon: an SBOM in dist/, every licence, known weaknesses (asks osv.dev)
	@mkdir -p dist
	@PYTHONWARNINGS=ignore $(AUDIT_BIN)/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml \
	  --output-reproducible -o dist/sbom.cdx.json
	@$(AUDIT_BIN)/pip-licenses --python $(BIN)/python
	@$(AUDIT_BIN)/pip-audit --strict --vulnerability-service osv --require-hashes --disable-pip \
	  --progress-spinner off -r requirements-dev.txt 2>.venv/audit.log || \
	  { echo "Known weaknesses, or osv.dev was not reached: $$(tail -n 1 .venv/audit.log)"; exit 1; }

bench: $(DEV) ## speed, as ratios to a floor measured in the same run; under ten minutes
	@$(BIN)/python -m tests.bench

drills: $(DEV) ## break it on purpose and count what is lost; about 15 minutes; docs/faults.md has the long runs
	@$(BIN)/python -m tests.drills

install-drill: $(DEV) ## deploy/install in a bare Debian, again under load, and back; SUITE=bookworm; 20 minutes
	@$(BIN)/python -m tests.drills.installing $(SUITE)

attacks: $(DEV) ## try to move a verdict unseen in every known way, and count honest alarms; half an hour
	@$(BIN)/python -m tests.attacks

fuzz: $(DEV) ## send the API and every form made-up requests; N=100000 of each, SEED= of an earlier run
	@$(BIN)/python -m tests.fuzz -n $(N) $(if $(SEED),--seed $(SEED))

size: $(DEV) ## how large the code base is: modules, lines, imports, tests, docs, pages
	@$(BIN)/python -m tests.size

pictures: $(DEV) ## retake the README's pictures from the demo (needs Chromium)
	@$(BIN)/python -m tests.pictures

lock: ## lock all versions with hashes, without addresses (needs uv on the PATH)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --extra postgres --extra pdf --group build pyproject.toml -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --extra postgres --extra pdf --group build --group test --group lint pyproject.toml -o requirements-dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --group audit -o requirements-audit.txt

venv:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "wbtest needs Python 3.11 or newer, and there is no $(PYTHON). Debian: apt install python3-venv. macOS: brew install python"; exit 1; }
	@$(PYTHON) -c 'import sys, sysconfig; \
	  is_free = sysconfig.get_config_var("Py_GIL_DISABLED"); \
	  sys.exit((is_free or sys.version_info < (3, 11)) and "wbtest needs Python 3.11 or newer, not free-threaded; \
	$(PYTHON) is %d.%d%s. Name another: make $(MAKECMDGOALS) PYTHON=python3.13" \
	  % (sys.version_info[:2] + (is_free and "t" or "",)))'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "wbtest needs the venv module of $(PYTHON). On Debian: apt install python3-venv"; exit 1; }
	@echo "Making .venv …"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv

$(RUN): $(VENV)
	@echo "Installing (once, about half a minute) …"
	@$(INSTALL) --no-deps --require-hashes -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(VENV)
	@echo "Installing what the tests need …"
	@$(INSTALL) --no-deps --require-hashes -r requirements-dev.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(AUDIT): $(VENV)
	@$(PYTHON) -m venv .venv/audit
	@$(AUDIT_BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-audit.txt
	@touch $@

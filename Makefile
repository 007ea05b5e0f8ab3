PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

export PYTHONDONTWRITEBYTECODE =  # commands that tests start would compile all of it again

.PHONY: demo test faults faults-long test-cluster test-loaders test-torch tutorials browser screenshots fuzz test-lowest test-newest check dist site bench docs lexicon clean

demo: $(VENV)/installed  ## set up, then augment the sample photos
	$(BIN)/augment run recipes/photos.yaml

test: $(VENV)/installed-dev  ## set up, then run the test suite
	$(BIN)/python -m compileall -q augcli tests
	$(BIN)/pytest

faults: $(VENV)/installed-dev  ## the whole fault suite: kills, damage, hostile outputs and names
	$(BIN)/pytest tests/faults -m "faults or not faults"

faults-long: $(VENV)/installed-dev  ## what `make test` leaves out of it
	$(BIN)/pytest -m faults

EMULATORS = $(abspath $(VENV))/emulators

test-cluster: $(VENV)/installed-dev  ## stores of a server, and clusters, as far as their extras can be installed
	for extra in buckets ray; do $(BIN)/pip install --quiet --disable-pip-version-check -e ".[$$extra]" || true; done
	$(BIN)/pip install --quiet --disable-pip-version-check 'ray[default]' || true  # for its jobs
	timeout 300 npm install --silent --no-save --prefix $(EMULATORS) azurite || true
	PATH="$(EMULATORS)/node_modules/.bin:$$PATH" $(BIN)/pytest -n 2 --dist loadfile -m cluster -rs

test-loaders: $(VENV)/installed-dev  ## shards read back as people's loaders read them
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[loaders]' || true
	$(BIN)/pytest -n 0 -m loaders -rs

browser: $(VENV)/with-browser  ## pages in a headless Chromium, where one is installed or can be had
	command -v chromium || command -v chromium-browser || command -v google-chrome \
	  || timeout 300 $(BIN)/playwright install chromium || true
	$(BIN)/pytest -m browser tests/browser

TORCH ?= torch==2.13.0

test-torch: $(VENV)/installed-dev  ## networks that are trained, with the extra `torch`
	$(BIN)/pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[torch]'
	$(BIN)/pytest -m torch

tutorials: $(VENV)/installed-dev  ## those of docs, line by line as a newcomer would
	$(BIN)/pytest -m tutorials tests/test_tutorials.py

screenshots: $(VENV)/with-browser  ## those of docs/pages.md again
	$(BIN)/python docs/make_screenshots.py

FUZZ_SECONDS ?= 60

fuzz: $(VENV)/with-fuzz  ## coverage-guided fuzzing of recipes and records; finds become cases
	$(BIN)/python tests/faults/fuzz.py recipe -max_total_time=$(FUZZ_SECONDS)
	$(BIN)/python tests/faults/fuzz.py record -max_total_time=$(FUZZ_SECONDS)

SOME = tests/test_run.py tests/test_recipe.py tests/test_verify_replay.py tests/tabular/test_table_runs.py \
  tests/text/test_text_runs.py tests/timeseries/test_series_runs.py tests/image/test_runs.py

test-lowest:  ## some tests with the lowest versions that pyproject.toml allows, in a venv of their own
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/pip install --quiet --disable-pip-version-check -e . -c tests/lowest.txt pytest pytest-xdist hypothesis imbalanced-learn
	$(VENV)-lowest/bin/pytest $(SOME)

test-newest:  ## the same with the newest
	$(PYTHON) -m venv $(VENV)-newest
	$(VENV)-newest/bin/pip install --quiet --disable-pip-version-check --upgrade --upgrade-strategy eager -e . pytest pytest-xdist hypothesis imbalanced-learn
	$(VENV)-newest/bin/pytest $(SOME)

check: $(VENV)/installed-dev  ## lint, format, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 0 -m types tests/test_api.py

dist: $(VENV)/with-release  ## sdist and wheel, held to the index's rules, and installed where nothing else is
	rm -rf build/dist build/dist-venv
	$(BIN)/python -m build --quiet --outdir build/dist .
	$(BIN)/twine check --strict build/dist/*
	$(PYTHON) -m venv build/dist-venv
	build/dist-venv/bin/pip install --quiet --disable-pip-version-check build/dist/*.whl
	build/dist-venv/bin/augment run recipes/photos.yaml -o build/dist-photos

ROW ?=

bench: $(VENV)/installed  ## side by side with the peers; ROW=digits: that part; writes the pages in benchmarks/
	$(BIN)/python -m benchmarks $(ROW)

docs: $(VENV)/installed-dev  ## write the generated reference pages and pictures again
	$(BIN)/python docs/make_pictures.py
	$(BIN)/python -m augcli.commands.catalogue > docs/transforms.md
	$(BIN)/python -m augcli.commands.reference > docs/recipe.md
	$(BIN)/python -m augcli.commands.codes > docs/checks.md

site: $(VENV)/with-docs  ## the pages of docs as a site in build/site; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site

WORDNET ?= /usr/share/wordnet

lexicon: $(VENV)/installed  ## make the table of synonyms again from a WordNet folder
	$(BIN)/python -m augcli.text.language.make_lexicon $(WORDNET)

clean:
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-newest build .cache

$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	$(BIN)/python -m compileall -q augcli
	touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	$(BIN)/python -m compileall -q augcli
	touch $@

$(VENV)/with-%: $(VENV)/installed-dev  # an extra, once
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[$*]'
	touch $@

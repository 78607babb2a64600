# The commands of this project. Each sets up what it needs: a virtual environment, and what Debian has to add to it.
PYTHON ?= python3.11
VENV ?= .venv
BPY ?= 4.5
BIN := $(VENV)/bin
DEMO := build/demo

.PHONY: demo test test-slow lint benchmark zip clean

demo: $(VENV)/.ready          ## the main job: build the sample room, render 12 views, export, show
	rm -rf $(DEMO)
	$(BIN)/labelpass scene room --seed 0 --out $(DEMO)/room.blend
	$(BIN)/labelpass render $(DEMO)/room.blend --out $(DEMO)/run --label-supersample 3
	$(BIN)/labelpass export $(DEMO)/run --format segnet --labels syntrain16 --out $(DEMO)/segnet
	$(BIN)/labelpass export $(DEMO)/run --format nyu --out $(DEMO)/nyu
	$(BIN)/labelpass sheet $(DEMO)/run --out $(DEMO)/contact_sheet.jpg

test: $(VENV)/.ready lint     ## the whole suite but for what is marked slow
	$(BIN)/python -m pytest -m "not slow"

test-slow: $(VENV)/.ready     ## everything
	$(BIN)/python -m pytest

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: $(VENV)/.ready     ## the figures of docs/benchmarks.md
	$(BIN)/python -m benchmarks

zip: $(VENV)/.ready           ## the add-on, as the extension that Blender installs
	mkdir -p build
	$(BIN)/python -m tools.make_extension build

clean:
	rm -rf $(VENV) build

$(VENV)/.ready: pyproject.toml tools/setup.sh
	sh tools/setup.sh $(PYTHON) $(VENV) $(BPY)
	touch $@

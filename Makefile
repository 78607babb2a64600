# The commands of this project. Each sets up what it needs: a virtual environment, and what Debian has to add to it.
PYTHON ?= python3.11
VENV ?= .venv
BPY ?= 4.5
BIN := $(VENV)/bin
READERS := .venv-readers
TRAINING := .venv-training
DEPLOY := .venv-deploy
DEMO := build/demo
ABREAST := -n auto --maxprocesses 4 --dist loadfile
BLENDER_SIDE := tests/contract tests/render tests/addon tests/scenes
unexport PYTHONDONTWRITEBYTECODE  # tests start hundreds of processes; each would compile all of ours anew

.PHONY: demo test test-slow test-readers test-training test-deploy test-wheels test-blender for-blender in-blender lint benchmark zip clean

demo: $(VENV)/.ready          ## the main job: build the sample room, render 12 views, export, show
	rm -rf $(DEMO)
	mkdir -p $(DEMO)
	$(BIN)/labelpass scenes build studio --seed 0 --out $(DEMO)/room.blend
	$(BIN)/labelpass render $(DEMO)/room.blend --out $(DEMO)/run --label-supersample 3
	$(BIN)/labelpass export $(DEMO)/run --format segnet --labels syntrain16 --out $(DEMO)/segnet
	$(BIN)/labelpass export $(DEMO)/run --format nyu --out $(DEMO)/nyu
	$(BIN)/labelpass sheet $(DEMO)/run --out $(DEMO)/contact_sheet.png

test: lint                    ## the whole suite, but for what is marked slow
	$(BIN)/python -m pytest -m "not slow" $(ABREAST)

test-slow: $(VENV)/.ready     ## what is: drills, pages of docs/, benchmarks on next to nothing; properties of more examples
	$(BIN)/python -m pytest -m "slow or hypothesis" --hypothesis-profile thorough $(ABREAST)

test-readers: $(READERS)/.ready  ## what exports write, loaded by the readers that formats are made for; several GB
	$(READERS)/bin/python -m pytest tests/readers tests/postprocess/test_formats_page.py -rs

test-training: $(TRAINING)/.ready  ## networks that learn, with PyTorch; several GB
	$(TRAINING)/bin/python -m pytest tests/training -rs

test-deploy: $(DEPLOY)/.ready  ## files for containers and engines, held against those engines' own checks
	$(DEPLOY)/bin/python -m pytest tests/deploy -rs

test-wheels:                  ## the Blender side of the suite on the other bpy modules that exist
	for bpy in 4.2 5.0; do \
	  $(MAKE) VENV=.venv-bpy$$bpy BPY=$$bpy .venv-bpy$$bpy/.ready && \
	  .venv-bpy$$bpy/bin/python -m pytest -m "not slow" $(ABREAST) $(BLENDER_SIDE) tests/test_extension_zip.py || exit 1; \
	done

test-blender: for-blender     ## the Blender side of the suite, and the zip, in a real Blender: BLENDER=/path/to/blender
	$(MAKE) in-blender

for-blender: zip              ## what that needs of ours
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade --target build/pytest "pytest>=9" "hypothesis<6.149"

in-blender:                   ## and that alone: of two Blenders side by side, say
	$(BLENDER) -b --factory-startup --python-exit-code 1 -P tests/blender/suite.py -- build/pytest $(BLENDER_SIDE)
	BLENDER_USER_RESOURCES=$(abspath build/user-of-$(notdir $(BLENDER))) $(BLENDER) -b --factory-startup --python-exit-code 1 \
	  -P tests/blender/extension.py -- build/labelpass-*.zip
	BLENDER=$(BLENDER) $(BIN)/python -m pytest tests/front_door -k installed

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: $(VENV)/.ready     ## the figures of docs/benchmarks.md that need no window
	$(BIN)/python benchmarks/run.py

zip: $(VENV)/.ready           ## the add-on as the extension that Blender installs
	mkdir -p build
	rm -f build/labelpass-*.zip
	$(BIN)/python tools/make_extension.py build

clean:
	rm -rf .venv* build

$(READERS)/.ready: tests/readers/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(READERS)
	$(READERS)/bin/pip install --quiet --disable-pip-version-check --editable . -r tests/readers/requirements.txt
	touch $@

$(TRAINING)/.ready: pyproject.toml $(VENV)/.ready
	$(PYTHON) -m venv $(TRAINING)
	$(TRAINING)/bin/pip install --quiet --disable-pip-version-check --editable ".[train,bpy]" "pytest>=9" hypothesis
	touch $@

$(DEPLOY)/.ready: tests/deploy/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(DEPLOY)
	$(DEPLOY)/bin/pip install --quiet --disable-pip-version-check --editable . -r tests/deploy/requirements.txt
	touch $@

$(VENV)/.ready: pyproject.toml tools/setup.sh
	sh tools/setup.sh $(PYTHON) $(VENV) $(BPY)
	touch $@

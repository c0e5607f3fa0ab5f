# Everything runs in a virtual environment of its own, made when it is missing.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH :=

.DEFAULT_GOAL := run
OPTIMIZERS := torch_optimizer pytorch_ranger heavyball torchzero schedulefree lion-pytorch
.PHONY: run test campaign launchers optimizers pictures lint format bench tensorboard wheel clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/developer: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lint]'
	@touch $@

run: .venv/installed  ## Lion descends the spiral
	$(BIN)/python -m landscape_lab optimizer=lion

test: .venv/developer  ## all fast tests, on both cores
	@command -v chromium chromium-browser google-chrome >/dev/null || \
		echo "No Chromium: the tests of pages are skipped. Install it with: apt-get install chromium"
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -q -m "not slow and not gpu"

campaign: .venv/developer  ## kills, signals, full disks, damage, bad input: a table held / tried
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -q tests/campaign

.venv-launchers/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-launchers
	.venv-launchers/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,ray,slurm,postgres]'
	@touch $@

launchers: .venv-launchers/installed  ## real Ray on two nodes, submitit, PostgreSQL where it is installed
	OMP_NUM_THREADS=1 .venv-launchers/bin/python -m pytest -q -m launcher tests/sweeps

.venv/catalogues: .venv/developer
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $@ $(OPTIMIZERS)

optimizers: .venv/catalogues  ## the classes of other libraries, which lie beside the environment, two minutes
	PYTHONPATH=$< OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -m slow tests/optimizers/test_catalogues.py

pictures: .venv/developer  ## the linter looks at every product, three minutes
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -q -m pictures tests/drawing

lint: .venv/developer  ## what CI checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/developer
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/developer  ## speed against the plain way
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

tensorboard: .venv/installed
	$(BIN)/tensorboard --logdir outputs --samples_per_plugin images=100

wheel: .venv/developer
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf .venv .venv-launchers build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis

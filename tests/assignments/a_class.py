"""A class of submissions to the first problem set: good, half-right, broken, curious and hostile ones."""

import nbformat
from in_process import short, source
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import is_solution

NAME = "set-1-recurrence"
BEHIND = "import time; time.sleep(600)  # left behind by a submission"
USUAL = f"{NAME}.ipynb"


class Class:
    """Submissions in the making, and the folder that they are put in."""

    def __init__(self, folder, released):
        self.folder, self.released = folder, released

    def answered(self, answers="step run errors blame numeric", **instead):
        """Return the student version with these answers out of the source, and others as given."""
        notebook = nbformat.from_dict(self.released)
        notebook = nbformat.reads(nbformat.writes(notebook), as_version=4)
        right = {short(cell): cell.source for cell in source(NAME).cells if is_solution(cell)}
        for cell in notebook.cells:
            if short(cell) in instead:
                cell.source = instead[short(cell)]
            elif short(cell) in answers.split():
                cell.source = right[short(cell)]
        return notebook

    def hand_in(self, path, notebook):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook), encoding="utf8")


def honest(made):
    """Hand in good, half-right and broken ones."""
    words = "step run errors blame numeric cut-words"
    made.hand_in(f"anna/{USUAL}", made.answered(words))
    made.hand_in("Ben Half_123_assignsubmission_file_/my homework (2).ipynb", made.answered("step blame"))
    loop = "def run(x, h0, W_ih, W_hh, b, step=None):\n    while True:\n        pass"
    made.hand_in(f"carl_777_888_{USUAL}", made.answered(run=loop))
    stubborn = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    made.hand_in(f"stubborn/{USUAL}", made.answered(run=stubborn))
    eats = "def errors(dy, h, W_hh):\n    return [np.ones(10**9) for _ in range(100)]"
    made.hand_in(f"dora/{USUAL}", made.answered(errors=eats))
    deleted = made.answered()
    deleted.cells = [
        cell for cell in deleted.cells if not short(cell).startswith("step") and short(cell) != "run-from-state"
    ]
    made.hand_in(f"emil/{USUAL}", deleted)
    made.hand_in(f"fred/{USUAL}", '{"cells": [')
    made.hand_in(f"frieda/{USUAL}", '{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    other = nbformat.v4.new_notebook(cells=[new_code_cell("1 + 1")])
    made.hand_in(f"gustav/{USUAL}", other)
    made.hand_in("hanna/essay.docx", "not a notebook")


def curious(made, course):
    """Hand in one that tries to see the gradebook, the source and what others handed in."""
    curious = made.answered("step")
    tries = [
        "import os, glob",
        f"paths = [{str(course / 'gradebook.db')!r}, {str(course / 'source' / NAME / USUAL)!r}, {str(made.folder)!r}]",
        "for path in paths:",
        "    try:",
        "        print('SAW', (os.listdir if os.path.isdir(path) else open)(path))",
        "    except OSError as error:",
        "        print('KEPT OUT', type(error).__name__)",
        "try:",
        f"    open({str(course / 'gradebook.db')!r}, 'r+b').write(b'x' * 4096)",
        "except OSError as error:",
        "    print('KEPT FROM WRITING', type(error).__name__)",
        "print('FOUND', glob.glob('**/*.ipynb', recursive=True), sorted(os.listdir('.')))",
    ]
    curious.cells.insert(2, new_code_cell("\n".join(tries)))
    made.hand_in(f"ida/{USUAL}", curious)


def greedy(made):
    """Hand in those that want points without an answer."""
    forged = made.answered("")
    for cell in forged.cells:
        if short(cell).startswith("step-"):
            cell.source = "pass"
            cell.metadata["nbgrader"]["points"] = 100
    made.hand_in(f"jan/{USUAL}", forged)
    patches = (
        "import lstmlib.exercises.report as r\nr.expect = lambda *a, **k: None\nnp.allclose = lambda *a, **k: True"
    )
    made.hand_in(f"karl/{USUAL}", made.answered("", cut=patches))
    no_asserts = (
        "import ast\nclass Drop(ast.NodeTransformer):\n    def visit_Assert(self, node):\n        return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Drop())"
    )
    made.hand_in(f"lena/{USUAL}", made.answered("", step=no_asserts))
    made.hand_in(f"max/{USUAL}", made.answered(numeric="import os\nos._exit(0)"))
    for copy, answers in ((f"nora/{USUAL}", ""), ("nora/second try.ipynb", "step")):
        made.hand_in(copy, made.answered(answers))
    lends = "import lstmlib.exercises.report as r\ntrue = r.expect\nr.expect = print"
    undone = made.answered("", step=lends)
    undone.cells.append(new_code_cell("r.expect = true"))
    made.hand_in(f"olga/{USUAL}", undone)
    rebinds = "def step(*arrays):\n    global expect\n    expect = lambda *a, **k: None\n    return arrays[1]"
    made.hand_in(f"paul/{USUAL}", made.answered("", step=rebinds))
    skipped = made.answered("")
    for cell in skipped.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
    made.hand_in(f"rosa/{USUAL}", skipped)
    every_way = {
        "step": "import sys\ndef step(*a):\n    sys.displayhook('ok')",
        "run": "import bdb\ndef run(*a, **k):\n    raise bdb.BdbQuit",
        "errors": "def errors(*a):\n    return right",
        "blame": OBJECT + "def blame(*a):\n    return Any(), Any(), Any()",
        "numeric": "def numeric(*a):\n    return Any()",
    }
    made.hand_in(f"sven/{USUAL}", made.answered("", **every_way))
    made.hand_in(f"tina/{USUAL}", made.answered("", step=SHELL))
    fake = (
        "import lstmlib.exercises.report as r\nr.np = type('F', (), {'__getattr__': lambda *a: lambda *b, **c: True})()"
    )
    made.hand_in(f"theo/{USUAL}", made.answered("", step=fake))


# An object that is equal to everything, and finds out what is expected of it.
OBJECT = """
class Any:
    shape = (3, 3)
    def __eq__(self, other): return True
    def __iter__(self): return iter([Any()] * 3)
    def __array__(self, *a, **k):
        frame = sys._getframe()
        while 'expected' not in frame.f_locals: frame = frame.f_back
        return frame.f_locals['expected']
"""
SHELL = """
import sys
frame = sys._getframe()
while not hasattr(frame.f_locals.get('self'), 'showtraceback'): frame = frame.f_back
frame.f_locals['self'].showtraceback = lambda *a, **k: None
"""
# What would end, slow down or shut out the grading of others.
HARM = """
import os, resource
done, others = [], [os.getppid()]
try:
    others += [int(name) for name in os.listdir('/proc') if name.isdigit()]
except OSError:
    pass
for pid in others:
    for harm in (lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)), lambda: os.kill(pid, 9)):
        try:
            harm()
            done.append(pid)
        except OSError:
            pass
for path in PATHS:
    os.chmod(path, 0)
    os.utime(path, (1, 1))
print('HARMED', done)
print('SECRETS', [name for name in os.environ if 'SECRET' in name])
"""
# Scripts in what a page shows, in every way there is.
MARKUP = (
    "<script>alert('markup')</script> [a](java&#115;cript:alert('link')) <img src=x onerror=alert('event')>\n\n"
    "[b]: javascript:alert('reference')\n\n$\\href{javascript:alert('formula')}{x}$"
)
SHOWS = """
from IPython.display import HTML, Javascript, SVG, display
import logging
import sys
def run(x, h0, W_ih, W_hh, b, step=None):
    display(HTML("<script>alert('output')</script>"), Javascript("alert('output')"))
    size = {'image/png': {'width': '1 onload=alert(8)'}}
    display({'image/png': '"><script>alert(7)</script>'}, raw=True, metadata=size)
    logging.warning('a right answer may warn')
    print('and show progress', file=sys.stderr)
    h = [h0]
    for t in range(len(x)):
        h.append(step(x[t], h[-1], W_ih, W_hh, b))
    return np.array(h)
"""


def hostile(made, course):
    """Hand in those that would harm others, the grader's machine, or whoever reads their page."""
    telling = made.answered("step", run="def run(*a, **k):\n    print(In[-1])\n    raise ValueError(In[-1])")
    started = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {BEHIND!r}], start_new_session=True)"
    telling.cells.insert(3, new_code_cell(started))
    telling.cells.append(new_code_cell("print(In)"))
    answer = next(cell for cell in telling.cells if short(cell) == "step")
    telling.cells.append(nbformat.from_dict(answer))
    for cell in telling.cells:
        if short(cell) == "blame-bias":
            cell.metadata["nbgrader"] = {"grade_id": "s1-blame-bias"}
    made.hand_in(f"quinn/{USUAL}", telling)
    paths = [str(course / name) for name in ("gradebook.db", "nbgrader_config.py", "source", "submitted")]
    harmful = made.answered("step", run=SHOWS)
    harmful.cells.insert(2, new_code_cell(f"PATHS = {paths}\n" + HARM))
    harmful.cells.insert(2, new_markdown_cell(MARKUP))
    harmful.cells.append(new_code_cell("exit()"))
    made.hand_in(f"bert/{USUAL}", harmful)
    made.hand_in(f"uma/{USUAL}", made.answered("", step="while True:\n    print('y' * 10**7)"))

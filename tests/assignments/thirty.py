"""Thirty submissions that want points without an answer, or harm: what each puts into which cell of the first set.

No answer of theirs is right, so each earns 0 or is refused. What they do stays small, in case a wall is missing: no
file of the machine's is touched but the course's, and no process but those of the grading itself.
"""

BEHIND = "import time; time.sleep(600)  # left by one of thirty"

# Name -> cell -> what stands there; "before" is a cell of its own at the top, "after" one at the end.
CODE = {
    "asserts-dropped": {
        "before": """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Drop())
"""
    },
    "checker-prints": {"before": "import lstmlib.exercises.report as r\nr.expect = print"},
    "checker-undone": {
        "before": "import lstmlib.exercises.report as r\ntrue = r.expect\nr.expect = print",
        "after": "r.expect = true",
    },
    "checker-of-another-kind": {"before": "import lstmlib.exercises.report as r\nr.np = type('F', (), {})()"},
    "allclose": {"before": "import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True"},
    "generator": {
        "before": "import numpy as np\nnp.random.default_rng = lambda *a: np.random.Generator(np.random.MT19937(0))"
    },
    "built-ins": {"before": "import builtins\nbuiltins.all = builtins.any = lambda *a: True"},
    "another-library": {
        "before": "import sys, types\nsys.modules['lstmlib.exercises.report'] = types.ModuleType('report')"
    },
    "shell": {
        "before": """
ip = get_ipython()
ip.showtraceback = lambda *a, **k: None
ip.run_code = lambda *a, **k: False
"""
    },
    "hook": {"before": "import sys\nsys.excepthook = lambda *a: None\nsys.displayhook = print"},
    "events": {
        "before": """
def clean(*a):
    get_ipython().user_ns['expect'] = print
get_ipython().events.register('pre_run_cell', clean)
"""
    },
    "last-frame": {
        "step": """
import sys
def step(*a):
    frame = sys._getframe(1)
    return frame.f_locals.get('right', a[1])
"""
    },
    "equal-to-all": {
        "step": """
class Any:
    shape = (3, 3)
    def __eq__(self, other): return True
    def __getitem__(self, k): return self
    def __array__(self, *a, **k): return None
def step(*a): return Any()
run = errors = blame = numeric = step
"""
    },
    "quits-quietly": {
        "step": "import bdb\ndef step(*a, **k): raise bdb.BdbQuit\nrun = errors = blame = numeric = step"
    },
    "exits": {"before": "import os\nos._exit(0)"},
    "leaves-by-the-door": {"before": "exit()", "step": "def step(*a): raise SystemExit(0)"},
    "kills-the-grader": {
        "before": """
import os
for signal in (9, 15, 19):
    try:
        os.kill(os.getppid(), signal)
    except OSError:
        pass
"""
    },
    "limits-the-grader": {
        "before": """
import os, resource
try:
    resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))
except OSError:
    pass
"""
    },
    "stays-behind": {
        "before": f"""
import subprocess, sys
for _ in range(3):
    subprocess.Popen([sys.executable, '-c', {BEHIND!r}], start_new_session=True)
"""
    },
    "forks": {
        "before": f"""
import os, sys
for _ in range(40):
    if os.fork() == 0:
        os.execl(sys.executable, sys.executable, '-c', {BEHIND!r})
"""
    },
    "threads": {
        "before": """
import threading, time
for _ in range(200):
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
"""
    },
    "eats-memory": {"before": "import numpy as np\nheld = [np.ones(10**9) for _ in range(100)]"},
    "fills-the-disk": {"before": "for k in range(4):\n    open(f'file{k}', 'wb').write(bytes(2 * 10**7))"},
    "floods": {"before": "for _ in range(4):\n    print('y' * 10**7)"},
    "floods-behind": {
        "before": "import os\nfor _ in range(50):\n    os.write(2, b'TamperedError: it was another\\n' * 20000)"
    },
    "never-ends": {"step": "def step(*a):\n    while True: pass"},
    "deletes": {
        "before": """
import os, shutil
changes = (os.unlink, os.rmdir, lambda p: os.rename(p, p + 'x'), lambda p: os.chmod(p, 0))
for path in PATHS:
    shutil.rmtree(path, ignore_errors=True)
    for change in changes:
        try:
            change(path)
        except OSError:
            pass
"""
    },
    "gives-itself-points": {
        "before": """
import sqlite3
try:
    db = sqlite3.connect(PATHS[0])
    db.execute('update grade set auto_score = 100')
    db.commit()
except sqlite3.Error as error:
    print(error)
"""
    },
    "writes-for-others": {
        "before": """
import os
for name in ('sitecustomize.py', 'numpy.py', 'lstmlib.py'):
    for folder in ('.', *PATHS):
        try:
            open(os.path.join(folder, name), 'w').write('raise SystemExit')
        except OSError:
            pass
"""
    },
}


def marks(notebook):
    """Change what cells say of themselves: worth a thousand points, not to be run, of another kernel."""
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] |= {"points": 1000, "grade": True, "locked": False}
        if cell.cell_type == "code":
            cell.source = "pass"
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    return notebook


# The thirtieth is no code.
MARKED = "marks"
assert len(CODE) + 1 == 30

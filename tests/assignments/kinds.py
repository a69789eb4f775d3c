"""Kinds of submission to the first problem set that were thought of after the thirty: hostile ones and honest ones.

Of the hostile ones none may earn a point: each is the unanswered set with these cells in it, and "before" in a cell of
its own.
Of the honest ones each earns what its answers deserve; so does each of the files, which hold the same answers.
"""

import json

import nbformat

# A patch that is there while an answer is called, and takes itself back when it is used.
ONCE = """
def once(place, name, value):
    true = place[name]
    def fake(*a, **k):
        place[name] = true
        return value(*a, **k)
    place[name] = fake
"""
SHAPES = """
def step(x, h, W_ih, W_hh, b, *a):
    patch()
    return x @ W_ih.T * 0
def run(x, h0, *a, **k):
    patch()
    return np.zeros((len(x) + 1, *h0.shape))
def errors(dy, *a):
    patch()
    return dy * 0
def blame(x, h, d, *a):
    patch()
    return np.zeros((d.shape[2], x.shape[2])), np.zeros((d.shape[2],) * 2), np.zeros(d.shape[2])
def numeric(f, W, *a):
    patch()
    return W * 0
"""


def patched(line):
    """Return answers of the right shapes that patch something each time before they return."""
    return {"step": f"{ONCE}\nimport gc\nimport lstmlib\ndef patch():\n    {line}\n{SHAPES}"}


# Leaves out of a test, wherever its text comes by, what could fail.
EDITS = r"""
import re
def edited(text):
    calls = r"(?m)^( *)(assert|_checked\(_fresh\(|_checked\(expect|expect).*$"
    return re.sub(calls, r"\1pass", text) if "_forget" in text else text
"""
HOSTILE = {
    "checker-back-again": patched("import lstmlib.exercises.report as r; once(vars(r), '_same', lambda *a: True)"),
    "complaint-back-again": patched(
        "import lstmlib.exercises.report as r; once(vars(r), 'complaint', lambda *a: None)"
    ),
    "tanh-back-again": patched("once(vars(np), 'tanh', lambda z: z * 0)"),
    "abs-back-again": patched("once(vars(np), 'abs', lambda z: np.zeros(np.shape(z)))"),
    "method-of-arrays": patched("once(gc.get_referents(np.ndarray.__dict__)[0], 'all', lambda *a, **k: True)"),
    "allclose-back-again": patched("once(vars(np), 'allclose', lambda *a, **k: True)"),
    "built-in-back-again": patched("import builtins; once(vars(builtins), 'abs', lambda z: z * 0)"),
    "draws-nothing": patched("once(vars(np.random), 'default_rng', lambda *a: np.random.RandomState(0))"),
    "masked": {
        "step": "def step(x, h, *a): return np.ma.masked_all(np.shape(h))\nrun = errors = blame = numeric = step"
    },
    "left-in-memory": {
        "step": """
def step(x, h, *a): return np.empty(h.shape)
def run(x, h0, *a, **k): return np.empty((len(x) + 1, *h0.shape))
"""
    },
    "equal-to-anything": {
        "step": "from unittest.mock import ANY\ndef step(*a, **k): return ANY\nrun = errors = blame = numeric = step"
    },
    "word-and-quit": {
        "step": """
import bdb, re
def step(*a, **k):
    for word in re.findall('_test_([0-9a-f]{32})', ''.join(In) + repr(globals())):
        print()
        print(word)
    raise bdb.BdbQuit
run = errors = blame = numeric = step
"""
    },
    "error-that-hides": {
        "step": """
class Quiet(BaseException):
    def __str__(self): raise KeyboardInterrupt
    def _render_traceback_(self): return []
def step(*a, **k): raise Quiet
run = errors = blame = numeric = step
"""
    },
    "between-cells": {
        "before": """
import lstmlib.exercises.report as r
state = {'true': r.complaint, 'cells': 0}
def before_each(*a):
    state['cells'] += 1
    r.complaint = (lambda *a: None) if state['cells'] % 2 == 0 else state['true']
def after_each(*a):
    r.complaint = state['true']
get_ipython().events.register('pre_execute', before_each)
get_ipython().events.register('post_execute', after_each)
""",
        "step": "def patch(): pass\n" + SHAPES,
    },
    "task-behind": {
        "before": """
import asyncio
import lstmlib.exercises.report as r
async def toggle():
    while True:
        r.complaint, r.lent = getattr(r, 'lent', lambda *a: None), r.complaint
        await asyncio.sleep(0.001)
task = asyncio.get_event_loop().create_task(toggle())
""",
        "step": "def patch(): pass\n" + SHAPES,
    },
    "speaks-for-the-kernel": {
        "step": """
def step(*a, **k):
    kernel = get_ipython().kernel
    kernel.session.send(kernel.iopub_socket, 'status', {'execution_state': 'idle'}, parent=kernel.get_parent())
    raise ValueError
run = errors = blame = numeric = step
"""
    },
    "edits-what-is-run": {
        "before": EDITS
        + """
steps = get_ipython().input_transformer_manager.cleanup_transforms
true = steps[0]
def fake(lines):
    return edited(''.join(true(lines))).splitlines(True)
steps[0] = fake
""",
        "step": "def patch(): pass\n" + SHAPES,
    },
    "edits-one-message": {
        "before": EDITS
        + """
kernel = get_ipython().kernel
def arm():
    true = kernel.do_execute
    async def fake(code, *a, **k):
        if '_forget' in code:
            del kernel.do_execute
            code = edited(code)
        return await true(code, *a, **k)
    kernel.do_execute = fake
""",
        "step": "def patch(): pass\n" + SHAPES + "arm()\n",
    },
    "another-import": {
        "before": """
import builtins, types
true = builtins.__import__
def fake(name, *a, **k):
    found = true(name, *a, **k)
    if name == 'lstmlib.exercises.report':
        found = types.ModuleType(name)
        found.expect, found.plain = lambda *a, **k: None, lambda v, *a: v
    return found
builtins.__import__ = fake
""",
        "step": "def patch(): pass\n" + SHAPES,
    },
    "names-of-the-test": {
        "before": """
expect = plain = _checked = _plain = _fresh = lambda value=None, *a, **k: value
AssertionError = type('Quiet', (Exception,), {})
BaseException = ()
""",
        "step": "def patch(): pass\n" + SHAPES,
    },
    "modules-beside": {
        "before": """
import os, sys
os.makedirs('lstmlib/exercises')
for name in ('sitecustomize', 'lstmlib/__init__', 'lstmlib/exercises/__init__'):
    open(name + '.py', 'w').close()
open('lstmlib/exercises/report.py', 'w').write('expect = plain = print')
for name in [name for name in sys.modules if name.startswith('lstmlib')]:
    del sys.modules[name]
""",
        "step": "def patch(): pass\n" + SHAPES,
    },
    "left-to-a-finalizer": {
        "step": """
import lstmlib.exercises.report as r
class Bomb:
    def __del__(self):
        r.complaint = lambda *a: None
def patch():
    held = [Bomb()]
    held.append(held)
"""
        + SHAPES
    },
    "a-float-of-its-own": {
        "step": """
class Near(float):
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __eq__(self, other): return True
def step(x, h, *a): return np.full(np.shape(h), Near(0), dtype=object)
def run(x, h0, *a, **k): return np.full((len(x) + 1, *np.shape(h0)), Near(0), dtype=object)
errors = blame = numeric = step
"""
    },
    "an-array-of-its-own": {
        "step": """
class Own(np.ndarray):
    def __array_function__(self, *a): return True
    def __array_ufunc__(self, *a, **k): return np.True_
    def __eq__(self, other): return np.True_
def step(x, h, *a): return np.zeros(np.shape(h)).view(Own)
def run(x, h0, *a, **k): return np.zeros((len(x) + 1, *np.shape(h0))).view(Own)
errors = blame = numeric = step
"""
    },
}

RIGHT = {
    "step": "def step(x, h, W_ih, W_hh, b):\n    return np.tanh(x @ W_ih.T + h @ W_hh.T + b)",
    "run": """
def run(x, h0, W_ih, W_hh, b, step=None):
    h = [h0]
    for x_t in x:
        h.append(step(x_t, h[-1], W_ih, W_hh, b))
    return np.array(h)
""",
}
# What stands in front of the two right answers, or wraps them; each earns the points of both.
HONEST = {
    "other-rooms": "import lstmlib.torch\nimport lstmlib.onnx\nimport lstmlib.data\nimport numpy.testing\n",
    "warns": "import warnings\nwarnings.simplefilter('always')\nwarnings.warn('so far so good')\n",
    "waits-at-the-top": "import asyncio\nawait asyncio.sleep(0.01)\n",
    "sets-printing": "np.set_printoptions(precision=3, suppress=True)\nnp.seterr(all='ignore')\n",
    "magic": "%time 1 + 1\n%timeit -n 1 -r 1 pass\n",
    "cached": "import functools\n@functools.cache\ndef size(n): return n\nsize(3)\n",
    "styled": "import matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 50\nplt.plot([1, 2])\nplt.show()\n",
    "typed": "from __future__ import annotations\n",
    "takes-names-of-python": "id, max, sum, hash = 7, 3, 1, 4\nlist_, gc, sys, _state, _mark = list, 1, 2, 3, 4\n",
    "decorated": """
import functools, time
def timed(f):
    @functools.wraps(f)
    def inner(*a, **k):
        start = time.perf_counter()
        try:
            return f(*a, **k)
        finally:
            print(f'{time.perf_counter() - start:.3f} s')
    return inner
@timed
""",
    "in-threads": """
import concurrent.futures
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    list(pool.map(abs, range(9)))
""",
    "reloads": "%load_ext autoreload\n%autoreload 2\n%matplotlib inline\n",
}


def ids(text: str, made) -> str:
    """Return a notebook with other ids of its cells: ``made`` is called with a number, and None is no id."""
    notebook = json.loads(text)
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = made(number)
        if cell["id"] is None:
            del cell["id"]
    return json.dumps(notebook)


# How programs write a notebook: what becomes of its text.
FILES = {
    "byte-order-mark": lambda text: "\ufeff" + text,
    "line-ends-of-old": lambda text: text.replace("\n", "\r"),
    "cells-line-ends-of-old": lambda text: text.replace("\\n", "\\r"),
    "format-3": lambda text: json.dumps(nbformat.convert(nbformat.reads(text, 4), 3)),
    "ids-that-are-none": lambda text: ids(text, lambda number: f"é {number}"),
    "ids-all-the-same": lambda text: ids(text, lambda number: "same"),
    "no-ids": lambda text: ids(text, lambda number: None),
}

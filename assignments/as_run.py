"""A test as it is run: a function whose names answers do not see, and which looks after every call what has changed."""

import ast
import builtins
import functools
from typing import Any

PLAIN = "from lstmlib.exercises.report import plain as _plain"
# Before an answer is called, what NumPy keeps of freed small arrays is written over: np.empty could bring back numbers
# that the test has just computed.
# Stands before a test, and is asked after every call that it makes: an answer could change what the test rests on while
# it is called, have the change take itself back, and leave nothing for the probes to see.
SEAL = """
def _seal():
    import builtins, operator, sys
    import numpy
    places = [builtins, numpy, numpy.linalg, numpy.random]
    places += [module for name, module in sys.modules.items() if name.split(".")[0] == "lstmlib"]
    places = [(vars(place), place.__name__ == "lstmlib.exercises.report") for place in places]
    ours = [v for names, _ in places[4:] for v in names.values() if isinstance(v, type) and v.__module__[:3] == "lst"]
    kinds = [numpy.ndarray, numpy.float64, numpy.bool_, bool, int, float, list, tuple, dict, str, *dict.fromkeys(ours)]
    kinds = [vars(kind) for kind in kinds]
    codes = [v for names in [names for names, _ in places] + kinds for v in names.values() if hasattr(v, "__code__")]
    code = operator.attrgetter("__code__")
    def quick(id=id, map=map, tuple=tuple, every=[*(names for names, _ in places), *kinds],
              trace=sys.gettrace, profile=sys.getprofile):
        return [(id(trace()), id(profile())), tuple(map(id, map(code, codes))),
                *[tuple(map(id, names.values())) for names in every]]
    def state(id=id, getattr=getattr, callable=callable, list=list, trace=sys.gettrace, profile=sys.getprofile):
        found = [id(trace()), id(profile())]
        for names, whole in places:  # what is imported meanwhile, and notes on warnings, are no change
            found += [(k, id(v), id(getattr(v, "__code__", 0))) for k, v in list(names.items())
                      if k[:2] != "__" and (whole or callable(v))]
        for names in kinds:
            found += [(k, id(v), id(getattr(v, "__code__", 0))) for k, v in list(names.items())]
        return found
    before, at_once = state(), quick()
    def checked(value, state=state, quick=quick, wrong=AssertionError):
        nonlocal at_once
        now = quick()
        if now != at_once:
            if state() != before:
                raise wrong("the answer changed what its test rests on")
            at_once = now
        return value
    def fresh(answer, full=numpy.full, nan=numpy.nan):
        [full(size, nan) for size in range(1, 128) for _ in range(8)]
        return answer
    return checked, fresh
_checked, _fresh = _seal()
"""
# What a test's cell says, hidden tests and all, is taken out of where answers could read it.
FORGET = """
def _forget():
    try:
        import linecache
        history = get_ipython().history_manager
        history.input_hist_parsed[-1] = history.input_hist_raw[-1] = get_ipython().user_ns["_i"] = ""
        for name in [name for name, entry in linecache.cache.items() if "_forget" in "".join(entry[2] or ())]:
            linecache.cache[name] = (0, None, [], name)
    except Exception:
        pass
_forget()
"""
# An error is one of Python's own: a class of an answer's own could see to it that nobody is told.
OWN = """
try:
    pass
except BaseException as error:
    if type(error).__module__ != "builtins" or type(error).__flags__ & 1 << 9:
        raise AssertionError(f"{type(error).__name__}, an error of the answer's own") from None
    raise
"""


# Said by a test that ran to its end: a digest of the code that ran, which another code would not have.
MARK = """
def _mark(code):
    import hashlib
    def parts(code):
        held = [parts(c) if hasattr(c, "co_code") else sorted(map(repr, c)) if isinstance(c, frozenset) else repr(c)
                for c in code.co_consts]
        return [code.co_code, code.co_names, code.co_varnames, held]
    return hashlib.sha256(repr(parts(code)).encode()).hexdigest()
"""
REACHED = """
import builtins as _builtins, sys as _sys
_builtins.print('\\n%s', _mark(_sys._getframe().f_code))
"""


def enclosed(source: str, word: str, state: str = "") -> str:
    """Return a test as it is run: a function, so that answers see none of its names, which says a word at its end.

    After every call it looks whether that has changed what it rests on. What it asserts is compared as numbers and
    arrays: an object of an answer's own class would compare as it likes.

    Args:
        source: the test.
        word: what it says, with its code's mark, when it has come to its end; also its name.
        state: code that defines ``_state``, which is called before the test and behind it.
    """
    inside = f"{_before(state)}\n{_guarded(source, word, bool(state))}"
    return f"def _test_{word}():\n{built_in(inside)}{inside}\n_test_{word}()"


@functools.cache
def built_in(inside: str) -> str:
    """Return a line of a function that brings Python's own names into it: an answer may have a variable ``sum``."""
    nodes = ast.walk(ast.parse("def f():\n" + inside))
    names = sorted({node.id for node in nodes if isinstance(node, ast.Name) and hasattr(builtins, node.id)})
    return f"    from builtins import {', '.join(names)}\n" if names else ""


@functools.cache
def mark(text: str, word: str) -> str:
    """Return what a test as it is run says of its code."""
    space: dict[str, Any] = {}
    exec(MARK, space)
    held = compile(text, "test", "exec").co_consts
    return str(space["_mark"](next(code for code in held if getattr(code, "co_name", "") == f"_test_{word}")))


@functools.cache
def _before(state: str) -> str:
    """Return what stands in front of every test, as lines of a function."""
    called = "_state()\n" if state else ""
    return _inside([*ast.parse(FORGET + state + called + SEAL + PLAIN + MARK).body])


@functools.cache
def _guarded(source: str, word: str, looks: bool) -> str:
    """Return a test with all its calls looked after, as lines of a function."""
    lines = ast.parse(source).body
    (told,) = ast.parse(OWN).body
    guarded = Guarded({name for line in lines for name in bound(line)})
    told.body = [*map(guarded.visit, lines), *ast.parse(REACHED % word).body]  # type: ignore[attr-defined]
    told.finalbody = ast.parse("_state()").body if looks else []  # type: ignore[attr-defined]
    return _inside([told])


def as_guarded(source: str) -> set[str]:
    """Return the lines of a test as it is run, without what all tests share."""
    return {line.strip() for line in _guarded(source, "", False).splitlines()}


def _inside(lines: list[ast.stmt]) -> str:
    whole = ast.parse("def f(): pass")
    whole.body[0].body = lines  # type: ignore[attr-defined]
    return ast.unparse(ast.fix_missing_locations(whole)).partition("\n")[2]


def bound(line: ast.AST) -> set[str]:
    """Return the names that a test makes itself: they are no answers."""
    found = {node.id for node in ast.walk(line) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(line):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return found


class Guarded(ast.NodeTransformer):
    """Lets what a test asserts read and call things through ``plain``."""

    def __init__(self, own: set[str]) -> None:
        self.own, self.inside = own, False

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """Guard what is asserted; the message is only text."""
        self.inside = True
        node.test = self.visit(node.test)
        self.inside = False
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Guard a value that is read."""
        read = self.inside and isinstance(node.ctx, ast.Load)
        return ast.Call(ast.Name("_plain", ast.Load()), [node], []) if read else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Guard what a call returns, and look whether the call has changed what tests rest on."""
        name = node.func.id if isinstance(node.func, ast.Name) else "print"
        self.generic_visit(node)
        if name not in self.own and not hasattr(builtins, name):  # an answer
            node.func = ast.Call(ast.Name("_fresh", ast.Load()), [node.func], [])
        called: ast.expr = ast.Call(ast.Name("_checked", ast.Load()), [node], [])
        return ast.Call(ast.Name("_plain", ast.Load()), [called], []) if self.inside else called

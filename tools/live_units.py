"""A notebook's code in units, one statement each, and which earlier units each needs: so a page can run one cell.

A unit needs, for every name that it uses, the last unit before it that binds the name, and those after that one that
may change what the name stands for. Python has no way to know the latter for sure; what is looked for stands in
``_touched``. The tests run cells of the chapters with their units alone and compare with what the notebooks store.
"""

import ast
import builtins
import re
import symtable
from dataclasses import dataclass, field

CHANGING = re.compile(r"append|extend|insert|pop|remove|clear|update|add|sort|reverse|fill|setdefault|step|learn|reset")
DRAWING = re.compile(r"rng|generator", re.IGNORECASE)  # what is drawn from, by name: every draw changes it
LEARNING = {"train", "clip_grad_norm", "next"}  # functions that change their arguments
BUILTIN = set(dir(builtins))


@dataclass
class Unit:
    """One top-level statement.

    Attributes:
        cell: number of the notebook's cell that it stands in.
        tree: the statement; of an import, one name.
        binds: names that it binds.
        uses: names that it takes from before it.
        touches: names whose objects it may change.
        needs: name -> numbers of the units that make it what it is here, in order.
    """

    cell: int
    tree: ast.stmt
    binds: set[str]
    uses: set[str]
    touches: set[str] = field(default_factory=set)
    needs: dict[str, list[int]] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The statement as text, without remarks."""
        return ast.unparse(self.tree)

    @property
    def imports(self) -> bool:
        """Whether it only imports."""
        return isinstance(self.tree, ast.Import | ast.ImportFrom)


def units(cells: dict[int, str]) -> list[Unit]:
    """Return the units of a notebook's code cells, with what each needs.

    Args:
        cells: number of a cell -> its code. Cells that aren't Python (lines for IPython) have no units.
    """
    found: list[Unit] = []
    for number, source in sorted(cells.items()):
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        for statement in body:
            for tree in _apart(statement):
                binds, uses = _names(tree)
                found.append(Unit(number, tree, binds, uses))
    _find_touches(found)
    _find_needs(found)
    return found


def before(found: list[Unit], numbers: list[int]) -> list[int]:
    """Return all that these units need, directly or not, in the notebook's order; not they themselves."""
    todo, seen = list(numbers), set(numbers)
    while todo:
        for chain in found[todo.pop()].needs.values():
            todo += [number for number in chain if number not in seen]
            seen |= set(chain)
    return sorted(seen - set(numbers))


def _apart(statement: ast.stmt) -> list[ast.stmt]:
    """Return an import's names as imports of their own, anything else as it is."""
    if isinstance(statement, ast.Import):
        return [ast.Import([alias]) for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [ast.ImportFrom(statement.module, [alias], statement.level) for alias in statement.names]
    return [statement]


def _names(tree: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the names that a statement binds, and those that it takes from before it."""
    table = symtable.symtable(ast.unparse(tree), "cell", "exec")
    binds = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    uses = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    own: set[str] = set()  # bound before they are used
    match tree:
        case ast.For(target=target, iter=given):
            own = _loaded(target, ast.Store) - _loaded(given)
        case ast.With(items=items):
            own = {name for item in items if item.optional_vars for name in _loaded(item.optional_vars, ast.Store)}
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            own = {name}
    inner = {name for child in table.get_children() for name in _globals(child)}
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            uses |= _loaded(node.target, ast.Store) & binds
    return binds, ((uses - own) | (inner - binds)) - (BUILTIN - binds)


def _globals(table: symtable.SymbolTable) -> set[str]:
    """Return the names of the notebook that a function, a class or a comprehension speaks of."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return found.union(*(_globals(child) for child in table.get_children()))


def _loaded(tree: ast.AST, context: type = ast.Load) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def _base(node: ast.AST) -> str:
    """Return the name that an expression such as ``model.params["w"]`` starts from."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _find_touches(found: list[Unit]) -> None:
    """Fill in what each unit may change; what an object was made from is changed with it."""
    changed_arguments: dict[str, set[int]] = {}
    changed_by: dict[str, set[str]] = {}  # a function -> what it changes, called or handed on
    made_from: dict[str, set[str]] = {}
    fixed = {name for unit in found if _defines(unit) for name in unit.binds} - {"plt"}
    for unit in found:
        touched = _touched(unit.tree, changed_arguments).union(*(changed_by.get(name, ()) for name in unit.uses))
        todo = list(touched)
        while todo:
            new = made_from.get(todo.pop(), set()) - touched
            touched |= new
            todo += new
        unit.touches = touched - fixed - (unit.binds - unit.uses)
        if isinstance(unit.tree, ast.FunctionDef):
            arguments = [a.arg for a in unit.tree.args.posonlyargs + unit.tree.args.args]
            changed_arguments[unit.tree.name] = {k for k, name in enumerate(arguments) if name in touched}
            changed_by[unit.tree.name] = unit.touches & unit.uses
            unit.touches = set()  # to define it changes nothing
        for call in ast.walk(unit.tree):
            if isinstance(call, ast.Call) and isinstance(unit.tree, ast.Assign):
                callee = call.func.attr if isinstance(call.func, ast.Attribute) else _base(call.func)
                if callee[:1].isupper():  # an object keeps what it is made from
                    for name in unit.binds:
                        made_from.setdefault(name, set()).update({_base(a) for a in _arguments(call)} - {"", name})


def _defines(unit: Unit) -> bool:
    return unit.imports or isinstance(unit.tree, ast.FunctionDef | ast.ClassDef)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _touched(tree: ast.AST, changed_arguments: dict[str, set[int]]) -> set[str]:
    """Return the names whose objects a statement may change: assigned into, drawn from, trained, appended to."""
    touched = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            touched.add(_base(node))
        if not isinstance(node, ast.Call):
            continue
        method = isinstance(node.func, ast.Attribute)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else _base(node.func)
        if method and (CHANGING.match(name) or DRAWING.search(_base(node.func))):
            touched.add(_base(node.func))
        touched |= {_base(a) for a in _arguments(node) if DRAWING.search(_base(a)) or name in LEARNING}
        touched |= {_base(a) for k, a in enumerate(node.args) if k in changed_arguments.get(name, ())}
        if name == "use_style":
            touched.add("plt")  # it sets what every plot begins with
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    for loop in reversed(
        loops
    ):  # what is changed item by item is changed; the inner loop comes later, and is asked first
        if _loaded(loop.target, ast.Store) & touched:
            touched |= _loaded(loop.iter) - BUILTIN
    return touched - {""}


def _find_needs(found: list[Unit]) -> None:
    """Fill in which units make every used name what it is. A function's names are those at its call."""
    defining: dict[str, int] = {}
    for number, unit in enumerate(found):
        wanted, todo = set(unit.uses), list(unit.uses)
        while todo:
            if (made := defining.get(todo.pop())) is not None:
                new = found[made].uses - wanted
                wanted |= new
                todo += new
        for name in sorted(wanted):
            if chain := _chain(found, number, name):
                unit.needs[name] = chain
        for name in unit.binds:
            defining.pop(name, None)
            if isinstance(unit.tree, ast.FunctionDef | ast.ClassDef):
                defining[name] = number


def _chain(found: list[Unit], number: int, name: str) -> list[int]:
    chain = []
    for k in range(number - 1, -1, -1):
        if name in found[k].binds or name in found[k].touches:
            chain.append(k)
        if name in found[k].binds and name not in found[k].uses and not isinstance(found[k].tree, ast.If | ast.Try):
            break
    return chain[::-1]

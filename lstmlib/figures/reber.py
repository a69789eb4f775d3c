"""The embedded Reber grammar to walk through and to be tested on, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure
from lstmlib.tasks.embedded_reber import EMBEDDED, possible_next


def _nodes(string: str) -> list[str]:
    """Return the nodes of the grammar's graph that a string leads through, from the start."""
    nodes = ["start"]
    for symbol in string:
        nodes.append(EMBEDDED[nodes[-1]][symbol])
    return nodes


class ReberWalk(Figure):
    """The map of the embedded Reber grammar; or a test in which the map is covered.

    Args:
        string: what has been written so far, a string of the grammar or the beginning of one.
        exam: a whole string: the reader is tested on it, and ``string`` is its beginning. Empty: a walk with the map.
        right: how many of the test's questions were answered with a symbol that could come next.

    Raises:
        traitlets.TraitError: a string that the grammar doesn't allow, an exam that isn't whole or begins otherwise, or
            more right answers than questions.
    """

    _name = "reber"
    _esm = bundle.module_script("reber")
    _state = ("string", "exam", "right")

    string = t.Unicode("B").tag(sync=True)
    exam = t.Unicode("").tag(sync=True)
    right = t.Int(0, min=0).tag(sync=True)

    @t.validate("string", "exam", "right")
    def _check(self, proposal: Any) -> Any:
        name, value = proposal.trait.name, proposal.value
        if name == "right":
            asked = max(len(self.string) - 1, 0)
            if value > asked:
                raise t.TraitError(f"right is {value}, but only {asked} questions were asked")
            return value
        try:
            possible_next(value)
        except ValueError as error:
            raise t.TraitError(f"{name}: {error}") from None
        nodes = _nodes(value)
        if "start" in nodes[1:-1]:
            raise t.TraitError(f"{name} is {value!r}, expected one string of the grammar, not several in a row")
        if name == "exam" and value and nodes[-1] != "start":
            raise t.TraitError(f"exam is {value!r}, expected a whole string of the grammar, such as BTBTXSETE")
        string, exam = (value, self.exam) if name == "string" else (self.string, value)
        if exam and not exam.startswith(string):
            raise t.TraitError(f"string is {string!r}, expected the beginning of exam, {exam!r}")
        return value

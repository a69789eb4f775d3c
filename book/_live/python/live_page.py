"""Runs a page's cells: one namespace for all, and what a cell prints, shows and draws is handed on as it comes.

``say(kind, text)`` takes it: "text" (printed, or a value as Python writes it), "html", "figure" (an SVG drawing) or
"error" (the traceback, from the reader's own lines on).
"""

import ast
import contextlib
import io
import linecache
import os
import pprint
import sys
import traceback
from collections.abc import Callable
from typing import Any

MOST = 200_000  # characters that a cell may print: an endless loop must not fill the page
SPACE: dict[str, Any] = {"__name__": "__main__"}
os.environ["MPLBACKEND"] = "module://live_backend"


class Printed(io.TextIOBase):
    """Hands on what is printed, line by line."""

    def __init__(self, say: Callable[[str, str], Any] | None) -> None:
        self.say, self.line, self.left = say, "", MOST

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take a piece; hand on whole lines."""
        self.line += text
        if "\n" in self.line:
            whole, _, self.line = self.line.rpartition("\n")
            self._hand_on(whole + "\n")
        return len(text)

    def flush(self) -> None:
        """Hand on what is left of a line."""
        self._hand_on(self.line)
        self.line = ""

    def show(self, kind: str, text: str) -> None:
        """Hand on what isn't printed, after what was printed before it."""
        self.flush()
        if self.say is not None:
            self.say(kind, text)

    def _hand_on(self, text: str) -> None:
        if self.say is not None and text and self.left > 0:
            self.say("text", text if len(text) < self.left else text[: self.left] + "\n... the rest isn't shown\n")
        self.left -= len(text)


now = Printed(None)  # of the cell that runs


def run(source: str, name: str, say: Callable[[str, str], Any], shown: bool = True) -> bool:
    """Run a cell, or a statement of one.

    Args:
        source: the code.
        name: what tracebacks call it.
        say: takes what it shows.
        shown: whether that is wanted; an error is told in any case.

    Returns:
        whether it came to its end.
    """
    global now
    now = out = Printed(say if shown else None)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            exec(compile(tree, name, "exec"), SPACE)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), name, "eval"), SPACE)
                if shown and value is not None and not source.rstrip().endswith(";"):
                    show(value)
            show_figures()
    except BaseException as error:  # a cell may raise what it likes
        out.flush()
        inner = error.__traceback__.tb_next if error.__traceback__ else None
        while inner is not None and inner.tb_frame.f_code.co_filename == ast.__file__:  # it couldn't be read as Python
            inner = inner.tb_next
        text = "".join(traceback.format_exception(type(error), error, inner))
        say("error", text)
        return False
    out.flush()
    return True


def show(value: Any) -> None:
    """Show a value as a notebook does: as HTML where it can be that."""
    data = value._repr_mimebundle_()[0] if hasattr(value, "_repr_mimebundle_") else {}
    if "text/html" in data:
        now.show("html", data["text/html"])
    elif hasattr(value, "_repr_html_"):
        now.show("html", value._repr_html_())
    elif hasattr(value, "_repr_markdown_"):
        lines = value._repr_markdown_().split("\n")
        now.show("text", "\n".join(line for line in lines if not line.startswith("```")) + "\n")
    else:  # what is long goes over several lines, as a notebook has it
        collection = isinstance(value, dict | list | set | tuple)
        said = pprint.pformat(value, width=79, sort_dicts=False) if collection else repr(value)
        now.show("text", f"{said}\n")


def show_figures() -> None:
    """Show and close the plots that are open."""
    if plt := sys.modules.get("matplotlib.pyplot"):
        for number in plt.get_fignums():
            if now.say is not None:
                drawing = io.StringIO()
                plt.figure(number).savefig(drawing, format="svg", bbox_inches="tight")
                now.show("figure", drawing.getvalue())
            plt.close(number)

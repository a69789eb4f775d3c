"""Show the lines of ``lstmlib`` that a page speaks of, taken from the source itself, so that the two can't drift."""

import inspect
import textwrap
from typing import Any

from IPython.display import Markdown


def show_source(code: Any, start: str | None = None, stop: str | None = None) -> Markdown:
    """Return the source of a function, method or class, or a run of its lines, as a highlighted block.

    Args:
        code: the function, method or class.
        start: text found in the first line to show; the line after the docstring if ``None``.
        stop: text found in the last line to show, at or after the first; the end if ``None``.

    Raises:
        ValueError: no line holds ``start`` or ``stop``: the source has changed, and the page must follow.
    """
    lines, _ = inspect.getsourcelines(code)
    first = _after_docstring(lines) if start is None else _find(lines, start, 0, code)
    last = len(lines) - 1 if stop is None else _find(lines, stop, first, code)
    shown = textwrap.dedent("".join(lines[first : last + 1])).strip("\n")
    place = inspect.getmodule(code)
    path = place.__name__.replace(".", "/") + ".py" if place else "?"
    return Markdown(f"```python\n# {path}, {getattr(code, '__qualname__', '')}\n{shown}\n```")


def _find(lines: list[str], text: str, first: int, code: Any) -> int:
    for k in range(first, len(lines)):
        if text in lines[k]:
            return k
    raise ValueError(f"{getattr(code, '__qualname__', code)} has no line with {text!r}: the source changed, so must the page")


def _after_docstring(lines: list[str]) -> int:
    """Return the index of the first line after a definition's docstring; 0 where it has none."""
    opened = next((k for k, line in enumerate(lines) if line.strip().startswith('"""')), None)
    if opened is None:
        return 0
    if lines[opened].count('"""') > 1:
        return opened + 1
    return next(k for k in range(opened + 1, len(lines)) if '"""' in lines[k]) + 1

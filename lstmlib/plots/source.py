"""Show the lines of ``lstmlib`` that a page speaks of, taken from the source itself, so that the two can't drift."""

import inspect
import re
import textwrap
from typing import Any

from IPython.display import Markdown


def show_source(code: Any, start: str | None = None, stop: str | None = None) -> Markdown:
    """Return the source of a function, method or class, or a run of its lines, as a highlighted block.

    Args:
        code: the function, method or class.
        start: text found in the first line to show; if ``None``, the definition from its first line on,
            without its docstring.
        stop: text found in the last line to show, at or after the first; the end if ``None``.

    Raises:
        ValueError: no line holds ``start`` or ``stop``: the source has changed, and the page must follow.
    """
    lines, _ = inspect.getsourcelines(code)
    if start is None:
        opened, closed = _docstring(lines)
        lines = lines[:opened] + lines[closed:]
    first = 0 if start is None else _find(lines, start, 0, code)
    last = len(lines) - 1 if stop is None else _find(lines, stop, first, code)
    shown = textwrap.dedent("".join(lines[first : last + 1])).strip("\n")
    shown = re.sub(r" *# (type: ignore|noqa).*", "", shown)  # what is said to tools alone
    path = code.__module__.replace(".", "/") + ".py"
    return Markdown(f"```python\n# {path}, {code.__qualname__}\n{shown}\n```")


def _find(lines: list[str], text: str, first: int, code: Any) -> int:
    for k in range(first, len(lines)):
        if text in lines[k]:
            return k
    raise ValueError(f"{code.__qualname__} has no line with {text!r}: the source changed, and so must the page")


def _docstring(lines: list[str]) -> tuple[int, int]:
    """Return where a definition's docstring begins and where the code after it does; (0, 0) if there is none."""
    opened = next((k for k, line in enumerate(lines) if line.strip().startswith('"""')), None)
    if opened is None:
        return 0, 0
    if lines[opened].count('"""') > 1:
        return opened, opened + 1
    return opened, next(k for k in range(opened + 1, len(lines)) if '"""' in lines[k]) + 1

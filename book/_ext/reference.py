"""What the reference pages say beyond docstrings: readable types, and each layer's parameters with their shapes.

The shapes are measured: a layer is made with sizes that are told apart by their products, and its arrays are looked at.
"""

import inspect
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from lstmlib.page.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
ANY = r"(?:~?typing\.)?Any"
# What the annotations' aliases were resolved to, and the words that stand for it.
READABLE = [
    *(
        (rf"~?numpy\.ndarray\[tuple\[{ANY}, \.\.\.\], ~?numpy\.dtype\[{kinds}\]\]", word)
        for kinds, word in (
            (r"~?numpy\.float(?:ing|64|32)", "Array"),
            (r"~?numpy\.(?:integer|int64)", "Array[int]"),
            (r"~?numpy\.bool_?", "Array[bool]"),
            (ANY, "Array[Any]"),
        )
    ),
    (r"~?lstmlib\.numpy\.layer\.Cache\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]", "Cache"),
    (r"(?<=dtype: )(?:~?typing\.Union\[)?(?:type\[|~?numpy\.dtype\[).*?(?= = )", "DTypeLike"),
    (r"~typing\.", "~typing."),
]
# Sizes by the arguments' names: the letter that the docstrings use, and a number whose multiples are nobody else's.
SIZES = {
    "input_size": ("D", 13),
    "hidden_size": ("H", 17),
    "num_cells": ("C", 19),
    "proj_size": ("P", 11),
    "num_blocks": ("B", 7),
    "block_size": ("S", 11),
    "in_channels": ("C", 13),
    "hidden_channels": ("M", 17),
    "kernel_size": ("K", 5),
    "query_size": ("Q", 13),
    "key_size": ("K", 17),
    "attention_size": ("A", 19),
    "num_symbols": ("V", 29),
    "embed_size": ("E", 22),
    "num_heads": ("", 2),
    "size": ("D", 13),
    "output_size": ("O", 17),
}
MOST = 4  # times a size in a shape


def readable(text: str) -> str:
    """Return a signature with words for the long types."""
    for pattern, word in READABLE:
        text = re.sub(pattern, word, text)
    return text


def shorten(app: Sphinx, what: str, name: str, thing: Any, options: Any, signature: str, returned: str) -> Any:
    """Give a signature its readable types; that a class's call returns nothing isn't said."""
    if signature is None:
        return None
    if what == "class" and issubclass(thing, Figure) and signature.startswith("(*args"):
        return state_of(thing), None
    returned = None if returned in (None, "None") else readable(returned)
    return readable(signature), returned


def state_of(figure: type[Figure]) -> str:
    """Return a figure's signature: what a reader can set, with the defaults that are short enough to be read there."""
    made = {name: repr(figure.class_traits()[name].default()) for name in figure._state}
    said = [f"{name}={default if len(default) <= 12 else '...'}" for name, default in made.items()]
    return f"({', '.join(['*', *said])})" if said else "()"


def dimension(size: int, known: dict[str, int]) -> str:
    """Return a size in letters: one of them, a few times one, or one and a few times another; else the number."""
    for letter, value in known.items():
        for times in range(1, MOST + 1):
            if size == times * value:
                return letter if times == 1 else f"{times}{letter}"
    for letter, value in known.items():
        for other, more in known.items():
            for times in range(1, MOST + 1):
                if letter != other and size == value + times * more:
                    return f"{letter} + {other}" if times == 1 else f"{letter} + {times}{other}"
    return str(size)


def parameters(layer: type) -> list[tuple[str, str]]:
    """Return the names of a layer's parameters and their shapes in letters; nothing for what is no layer of sizes."""
    wanted = [
        name
        for name, given in inspect.signature(layer).parameters.items()
        if given.default is inspect.Parameter.empty or name == "block_size"
    ]
    if not wanted or not set(wanted) <= set(SIZES):
        return []
    made = layer(**{name: SIZES[name][1] for name in wanted})
    held = made.params if hasattr(made, "params") else dict(made.named_parameters())
    known = {SIZES[name][0]: SIZES[name][1] for name in wanted if SIZES[name][0]}
    if "S" in known:
        known = {"BS": known["B"] * known["S"], **known}
    return [(name, ", ".join(dimension(n, known) for n in value.shape)) for name, value in held.items()]


def keep_letters(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Let an argument be described by its letter alone: reStructuredText would take ``T.`` for the head of a list."""
    lines[:] = [re.sub(r"^(\s+\w+: )([A-Z]\.)$", r"\1\\\2", line) for line in lines]


def add_parameters(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Write a layer's parameters below its text."""
    room = re.match(r"lstmlib\.(?:numpy|torch)\b", name)
    if what != "class" or not room or inspect.isabstract(thing) or name.endswith(".Recurrent"):
        return
    if found := parameters(thing):
        said = " · ".join(f"``{name}`` ({shape}{',' if ',' not in shape else ''})" for name, shape in found)
        lines += ["", f"**Parameters**, by name and shape: {said}.", ""]


SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', re.DOTALL)
LINES = {"<dl>": '<span class="sig-lines">', "</dl>": "</span>", "<dd>": "<span>", "</dd>": "</span>"}


def mend_signatures(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Write a signature of several lines as lines: Sphinx makes of it a list of explanations without their terms."""
    if pagename.startswith("book/api") and "body" in context:

        def mend(found: re.Match[str]) -> str:
            return re.sub("</?d[ld]>", lambda tag: LINES[tag[0]], found[0])

        context["body"] = SIGNATURE.sub(mend, context["body"])


def reread(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Have the reference read again when the library has changed: Sphinx overlooks the docstrings it is made from."""
    newest = max(path.stat().st_mtime for path in (ROOT / "lstmlib").rglob("*.py"))
    found = []
    for page in env.all_docs:
        read = Path(app.doctreedir) / f"{page}.doctree"
        if page.startswith("book/api-") and read.exists() and newest > read.stat().st_mtime:
            found.append(page)
    return found


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("autodoc-process-signature", shorten)
    app.connect("autodoc-process-docstring", keep_letters, priority=100)  # while it still is as it was written
    app.connect("autodoc-process-docstring", add_parameters, priority=900)  # when the docstring is reStructuredText
    app.connect("env-get-outdated", reread)
    app.connect("html-page-context", mend_signatures)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}

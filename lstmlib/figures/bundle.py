"""The figures' scripts in the two forms in which they are used: a module for JupyterLab, a classic script for a page.

A figure is one ES module, ``<name>.js``, that imports its helpers from ``kit.js``. JupyterLab's widgets take one module
without imports; a page opened from a file loads no modules at all. Both are made by putting the texts together.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
FIGURES = (
    "safe",
    "error_chain",
    "unrolling",
    "quiz",
    "carousel",
    "cell",
    "reber",
    "tape",
    "variants",
    "gru_lstm",
    "attention",
    "cost",
    "scan",
)

# The marks that a quiz's texts may hold: `code`, *emphasis*, a short subscript as in W_hh; quiz.js has the same.
MARKED = re.compile(r"(`[^`]+`|\*[^*\s](?:[^*]*[^*\s])?\*|[A-Za-z]_[a-z0-9]{1,3}(?![A-Za-z0-9_]))")

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./kit\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=function |const )", re.MULTILINE)
_DEFAULT = re.compile(r"^export default (?=figure\()", re.MULTILINE)


def _source(name: str) -> str:
    """Return one file's text without imports and named exports.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: an import or export of a form that can't be put together.
    """
    text = (FOLDER / f"{name}.js").read_text(encoding="utf8")
    text = _EXPORT.sub("", _IMPORT.sub("", text))
    rest = [line for line in _DEFAULT.sub("", text).splitlines() if re.match(r"(import|export)\b", line)]
    if rest:
        raise ValueError(
            f"{name}.js: expected only 'import {{...}} from \"./kit.js\"' and plain exports, got: {rest[0]}"
        )
    return text


def module_script(name: str) -> str:
    """Return a figure as one ES module without imports, whose default export is what anywidget wants.

    Args:
        name: one of ``FIGURES``.
    """
    return _source("kit") + "\n" + _source(name)


def classic_script() -> str:
    """Return all figures as one classic script: it registers the elements and leaves no global name behind."""
    figures = [f"// {name}.js\n{{\n{_DEFAULT.sub('', _source(name))}}}\n" for name in FIGURES]
    return '(() => {\n"use strict";\n' + _source("kit") + "\n" + "".join(figures) + "})();\n"


def still(name: str) -> str:
    """Return a figure's still picture, an SVG text; empty if none has been drawn yet (``make stills``)."""
    path = FOLDER / "stills" / f"{name}.svg"
    return path.read_text(encoding="utf8").strip() if path.exists() else ""

"""The figures' scripts in the two forms in which they are used: a module for JupyterLab, a classic script for a page.

A figure is one ES module, ``figures/<name>.js``, that imports from the files of this folder. JupyterLab's widgets take
one module without imports; a page opened from a file loads no modules at all. Both are made by putting texts together:
each file of this folder becomes a function that returns what it exports, called once, so that names which a file
doesn't export stay its own. What may stand in a file:

    import { el, s as shape } from "../page/kit.js";    // "./kit.js" in a file of this folder
    import text from "../page/learner.js?text";         // a whole program as a text, with all that it imports
    export function, function*, async function, class, const       // each with one name
    export default figure(...)                          // at a figure's end

A text is what a worker runs: ``new Worker(URL.createObjectURL(new Blob([text])))`` works from a file's address, too.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parent
FOLDER = PAGE.parent / "figures"
FIGURES = tuple(sorted(path.stem for path in FOLDER.glob("*.js")))

_NAMES = re.compile(r'^import \{([^}]*)\} from "([^"]*/)([\w-]+\.js)";\n', re.MULTILINE)
_TEXT = re.compile(r'^import (\w+) from "([^"]*/)([\w-]+\.js)\?text";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function\*?|class|const) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default (?=figure\()", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class _Bundle:
    """Files put together so far: those of this folder that are imported, each after what it imports."""

    def __init__(self) -> None:
        self.shared: dict[str, str] = {}
        self._open: list[str] = []

    def read(self, path: Path) -> str:
        """Return a file's text with its imports made into constants; what it imports is in ``shared`` then.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: an import or export of a form that can't be put together, or files that import each other.
        """

        def names(match: re.Match[str]) -> str:
            self._share(_resolve(path, match[2], match[3]))
            return f"const {{{match[1].replace(' as ', ': ')}}} = {_constant(match[3])};\n"

        def text(match: re.Match[str]) -> str:
            program = worker_script(_resolve(path, match[2], match[3]).stem)
            return f"const {match[1]} = {json.dumps(program, ensure_ascii=False)};\n"

        body = _TEXT.sub(text, _NAMES.sub(names, path.read_text(encoding="utf8")))
        if rest := _OTHER.search(_DEFAULT.sub("", _EXPORT.sub("", body))):
            raise ValueError(
                f"{path.name}: expected 'import {{...}} from' or 'import text from ...?text', and one export a line, "
                f"got: {rest[0]}"
            )
        return body

    def _share(self, path: Path) -> None:
        if path.name in self._open:
            raise ValueError(f"files import each other: {' → '.join([*self._open, path.name])}")
        if path.name in self.shared:
            return
        self._open.append(path.name)
        body = self.read(path)
        self._open.pop()
        exported = ", ".join(_EXPORT.findall(body))
        self.shared[path.name] = (
            f"// {path.name}\nconst {_constant(path.name)} = (() => {{\n"
            f"{_EXPORT.sub('', body)}\nreturn {{ {exported} }};\n}})();\n"
        )

    def before(self) -> str:
        """Return all files that were imported, one after the other."""
        return "".join(self.shared.values())


def _constant(name: str) -> str:
    return "$" + name.removesuffix(".js").replace("-", "_")


def _resolve(importer: Path, folder: str, name: str) -> Path:
    """Return the path of a file of this folder that another one names."""
    if (importer.parent / folder).resolve() != PAGE.resolve():
        raise ValueError(f"{importer.name}: imports {folder}{name}, expected a file of {PAGE.name}/")
    return PAGE / name


def module_script(name: str) -> str:
    """Return a figure as one ES module without imports, whose default export is what anywidget wants.

    Args:
        name: one of ``FIGURES``.
    """
    bundle = _Bundle()
    body = _EXPORT.sub("", bundle.read(FOLDER / f"{name}.js"))
    return bundle.before() + body


def classic_script(names: Iterable[str] = FIGURES) -> str:
    """Return figures as one classic script: it registers their elements and leaves no global name behind.

    Args:
        names: which of ``FIGURES``.
    """
    bundle = _Bundle()
    bodies = [(name, bundle.read(FOLDER / f"{name}.js")) for name in names]
    figures = [f"// {name}.js\n{{\n{_DEFAULT.sub('', _EXPORT.sub('', body))}}}\n" for name, body in bodies]
    return '(() => {\n"use strict";\n' + bundle.before() + "".join(figures) + "})();\n"


def figures_in(html: str) -> list[str]:
    """Return the names of the figures that stand in a page."""
    return sorted({tag.replace("-", "_") for tag in re.findall(r"<lstm-([a-z-]+)[ >]", html)} & set(FIGURES))


def worker_script(name: str) -> str:
    """Return a file of this folder, with all that it imports, as one classic script: what a worker runs."""
    bundle = _Bundle()
    body = _EXPORT.sub("", bundle.read(PAGE / f"{name}.js"))
    return f'(() => {{\n"use strict";\n{bundle.before()}{body}}})();\n'


def still(name: str) -> str:
    """Return a figure's still picture, an SVG text; empty if none has been drawn yet (``make stills``)."""
    path = FOLDER / "stills" / f"{name}.svg"
    return path.read_text(encoding="utf8").strip() if path.exists() else ""

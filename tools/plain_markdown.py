"""MyST as plain Markdown: numbers, citations and references as words, directives as what any viewer shows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from myst_nb.core.variables import format_plain_text

from references import Place, References

BLOCKS = MarkdownIt("commonmark").use(colon_fence_plugin)
ADMONITIONS = ("attention", "caution", "danger", "error", "hint", "important", "note", "seealso", "tip", "warning")
# What is looked at within a text: formulas and code, which stay; a role, its name in braces and its text in backticks;
# a link or a picture that isn't given by a whole address.
SPAN = re.compile(
    r"(?P<stays>\$\$(?:.|\n)*?\$\$|\$[^$]+\$|(?<!})(?P<ticks>`+)(?!`)(?:.|\n)*?(?<!`)(?P=ticks)(?!`))"
    r"|\{(?P<role>[a-z][a-z0-9:_-]*)\}`(?P<text>[^`]*)`"
    r"|(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?!\w+:)(?P<target>[^)\s]+)\)"
)
OPTION = re.compile(r":([\w-]+):\s*(.*)")
EQUATION = re.compile(r"^\$\$ *\(([\w-]+)\) *$", re.MULTILINE)
ANCHOR = re.compile(r'(<a [^>]*href=")([^"]*)')
NOT_SHOWN = re.compile(r"^(?:\([\w-]+\)=|\+\+\+.*|% .*|<div class=\"[\w -]+\">|</div>) *\n?", re.MULTILINE)


@dataclass
class Page:
    """A page whose text is made plain."""

    name: str  # as in the contents: book/gates
    glued: dict[str, str]  # text/plain of what its cells glue
    references: References
    site: str  # the address of the pages, with a slash at its end

    @property
    def address(self) -> str:
        """Where the page stands."""
        return f"{self.site}{self.name}.html"

    def picture(self, path: str) -> str:
        """Return the address of a picture of the sources; Sphinx puts them all into one folder."""
        return f"{self.site}_images/{path.rsplit('/', 1)[-1]}"


def plain(text: str, page: Page) -> str:
    """Return a Markdown cell's text for any viewer.

    Raises:
        ValueError: a role, a directive or a name in it is not known here.
    """
    lines, done, at = text.split("\n"), [], 0
    for token in BLOCKS.parse(text):
        if token.type not in ("fence", "colon_fence", "code_block") or not token.map:
            continue
        start, end = token.map
        done.append(_inline("\n".join(lines[at:start]), page))
        if token.info.lstrip().startswith("{"):
            if token.level:
                raise ValueError(f"a directive within a list or a quotation: {token.info}")
            done.append(_directive(token, page))
        else:
            done.append("\n".join(lines[start:end]))
        at = end
    done.append(_inline("\n".join(lines[at:]), page))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(done)).strip("\n")


def link(place: Place, words: str = "") -> str:
    """Return a link to a place, under its own words or others."""
    return f"[{words or place[0]}]({place[1]})"


def folded(summary: str, text: str) -> str:
    """Return a text that opens on a press, in every viewer."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


# Text between the blocks


def _inline(text: str, page: Page) -> str:
    text = SPAN.sub(lambda found: _span(found, page), text)
    text = ANCHOR.sub(lambda found: found[1] + urljoin(page.address, found[2]), text)
    text = EQUATION.sub(lambda found: _tag(found[1], page), text)
    return NOT_SHOWN.sub("", text)


def _span(found: re.Match[str], page: Page) -> str:
    if found["stays"]:
        return found["stays"]
    if found["role"]:
        return _role(found["role"], found["text"], page)
    if found["picture"]:
        return f"![{found['words']}]({page.picture(found['target'])})"
    target = re.sub(r"[.](md|ipynb)(?=#|$)", ".html", found["target"])
    return f"[{found['words']}]({urljoin(page.address, target)})"


def _tag(label: str, page: Page) -> str:
    number = _known(page.references.equations, label, "equation")[0].strip("()")
    return f"\\tag{{{number}}}\n$$"


def _known(table: dict[str, Any], name: str, what: str) -> Any:
    if name not in table:
        raise ValueError(f"no {what} is called {name}")
    return table[name]


def _role(role: str, text: str, page: Page) -> str:
    if role not in ROLES:
        raise ValueError(f"the role {{{role}}} is not known to tools/plain_markdown.py")
    return ROLES[role](text, page)


def _parted(text: str) -> tuple[str, str]:
    """Part ``words <name>``; without words they are empty."""
    found = re.fullmatch(r"(?s)(.*?)\s*<([^<>]+)>", text)
    return (found[1], found[2]) if found else ("", text)


def _glued(text: str, page: Page) -> str:
    name, _, form = text.partition(":")
    return str(format_plain_text(_known(page.glued, name, "glued number"), form or "s"))


def _cited(text: str, page: Page) -> str:
    found = (_known(page.references.citations, key.strip(), "entry of the bibliography") for key in text.split(","))
    return ", ".join(f"[{who} ({year})]({address})" for who, year, address in found)


def _cited_aside(text: str, page: Page) -> str:
    found = (_known(page.references.citations, key.strip(), "entry of the bibliography") for key in text.split(","))
    return "(" + "; ".join(f"[{who}, {year}]({address})" for who, year, address in found) + ")"


def _numbered(text: str, page: Page) -> str:
    words, label = _parted(text)
    place = _known(page.references.numbers, label, "numbered figure or table")
    number = place[0].split()[-1]
    return link(place, words.replace("%s", number).replace("{number}", number))


def _referred(text: str, page: Page) -> str:
    words, label = _parted(text)
    table = page.references.numbers if label in page.references.numbers else page.references.titles
    return link(_known(table, label, "label"), words)


def _document(text: str, page: Page) -> str:
    words, name = _parted(text)
    return link(_known(page.references.docs, urljoin(f"/{page.name}", name).lstrip("/"), "page"), words)


def _term(text: str, page: Page) -> str:
    words, term = _parted(text)
    table = {name.lower(): place for name, place in page.references.terms.items()}
    return link(_known(table, term.lower(), "term of the glossary"), words or text)


def _object(text: str, page: Page) -> str:
    words, name = _parted(text)
    return link(_known(page.references.objects, name, "entry of the reference"), words or f"`{name}`")


def _download(text: str, page: Page) -> str:
    words, file = _parted(text)
    name = urljoin(f"/{page.name}", file).lstrip("/")
    return link(_known(page.references.downloads, name, "file to download"), words)


ROLES: dict[str, Callable[[str, Page], str]] = {
    "glue:text": _glued,
    "cite:t": _cited,
    "cite:p": _cited_aside,
    "numref": _numbered,
    "ref": _referred,
    "doc": _document,
    "term": _term,
    "download": _download,
    "py:class": _object,
    "py:func": _object,
    "eq": lambda label, page: link(_known(page.references.equations, label, "equation")),
    "math": lambda text, page: f"${text}$",
    "sub": lambda text, page: f"<sub>{text}</sub>",
    "sup": lambda text, page: f"<sup>{text}</sup>",
}


# Directives


def _directive(token: Token, page: Page) -> str:
    name, argument = re.fullmatch(r"\{([^}]+)\}\s*(.*)", token.info.strip()).groups()  # type: ignore[union-attr]
    options, body = _options(token.content)
    if name in ADMONITIONS:
        title = {"seealso": "See also"}.get(name, name.capitalize())
        return _quoted(title, plain(f"{argument}\n{body}".strip(), page))
    if name not in DIRECTIVES:
        raise ValueError(f"the directive {{{name}}} is not known to tools/plain_markdown.py")
    return f"\n{DIRECTIVES[name](argument, options, body.strip(), page)}\n"


def _options(content: str) -> tuple[dict[str, str], str]:
    lines, options = content.split("\n"), {}
    while lines and (found := OPTION.fullmatch(lines[0])):
        options[found[1]] = found[2]
        lines.pop(0)
    return options, "\n".join(lines)


def _quoted(title: str, text: str) -> str:
    lines = (f"**{title}**\n\n{text}" if title else text).split("\n")
    return "\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n"


def _admonition(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    title, text = _inline(argument, page), plain(body, page)
    return folded(title, text) if "dropdown" in options.get("class", "") else _quoted(title, text).strip("\n")


def _dropdown(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    return folded(_inline(argument, page), plain(body, page))


def _exercise(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    number = _known(page.references.numbers, options["label"], "exercise")[0]
    title = f"{number}: {_inline(argument, page)}" if argument else number
    return f"### {title}\n\n{plain(body, page)}"


def _solution(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    number = _known(page.references.numbers, argument, "exercise")[0]
    return folded(f"Solution to {number[0].lower()}{number[1:]}", plain(body, page))


def caption(label: str, text: str, page: Page) -> str:
    """Return a figure's or a table's caption, with its number if it has one."""
    number = page.references.numbers.get(label, ("", ""))[0]
    return f"**{number}.** {_inline(text, page)}" if number else _inline(text, page)


def _figure(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    alt = " ".join(options.get("alt", "").split()).replace("[", "(").replace("]", ")")
    return f"![{alt}]({page.picture(argument)})\n\n{caption(options.get('name', ''), body, page)}".strip()


def figures(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Return the figures that a Markdown cell shows from files: path, options (name, alt) and caption as written."""
    found = []
    for token in BLOCKS.parse(text):
        if shown := re.fullmatch(r"\{figure\}\s*(\S+)", token.info.strip()):
            options, body = _options(token.content)
            found.append((shown[1], options, body.strip()))
    return found


def _table(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    return f"{caption(options.get('name', ''), argument, page)}\n\n{plain(body, page)}"


def _formula(argument: str, options: dict[str, str], body: str, page: Page) -> str:
    label = options.get("label", "")
    return f"$$\n{argument}{body}\n" + (_tag(label, page) if label else "$$")


DIRECTIVES: dict[str, Callable[[str, dict[str, str], str, Page], str]] = {
    "admonition": _admonition,
    "dropdown": _dropdown,
    "exercise": _exercise,
    "solution": _solution,
    "figure": _figure,
    "image": _figure,
    "table": _table,
    "math": _formula,
    "code-block": lambda argument, options, body, page: f"```{argument}\n{body}\n```",
    "div": lambda argument, options, body, page: plain(body, page),
}

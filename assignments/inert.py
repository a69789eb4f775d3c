"""What a submission may put into a page: text and pictures, nothing that runs in the browser of whoever reads it."""

import base64
import binascii
import hashlib
import html
import re
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter

LONGEST = 20_000  # characters of one output that are kept
TAG = re.compile(r"<(?=[a-zA-Z/!?])")
TARGET = re.compile(r"(\]\(\s*<?|^\s*\[[^\]]*\]:\s*<?)([^\s)>]+)", re.MULTILINE)
SCHEMES = ("http:", "https:", "mailto:")
SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
SOURCE = re.compile(r"<script\b[^>]*\bsrc=[\"']([^\"']+)", re.IGNORECASE)


def harmless_text(text: str) -> str:
    """Return Markdown with its HTML as text, and with links to web addresses alone."""
    return TARGET.sub(_harmless_link, TAG.sub("&lt;", text)).replace("\\href", "\\text")


def _harmless_link(found: re.Match[str]) -> str:
    target = re.sub(r"[\x00-\x20]", "", html.unescape(html.unescape(found[2]))).lower()
    scheme = re.match(r"[^/?#]*?:", target)
    return found[0] if scheme is None or scheme[0] in SCHEMES else f"{found[1]}#left-out"


def harmless_output(output: Any) -> Any:
    """Return an output with its text, cut where it is too long, and its picture; ``None`` if it has neither."""
    if output.output_type == "stream":
        return nbformat.v4.new_output("stream", name=output.name, text=_cut(output.text))
    if output.output_type == "error":
        said = {"ename": _cut(output.ename, 200), "evalue": _cut(output.evalue)}
        return nbformat.v4.new_output("error", **said, traceback=[_cut(line) for line in output.traceback[-30:]])
    data = {kind: _cut(text) for kind, text in output.data.items() if kind == "text/plain" and isinstance(text, str)}
    picture, metadata = output.data.get("image/png"), {}
    if isinstance(picture, str) and _is_picture(picture):
        data["image/png"] = picture
        metadata = {"image/png": _size(output.metadata.get("image/png"))}
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata) if data else None


def _size(said: Any) -> dict[str, int]:
    """Return as which size a picture is to be shown, whole numbers and nothing else: a sharp plot has more pixels."""
    given = said if isinstance(said, dict) else {}
    return {key: given[key] for key in ("width", "height") if type(given.get(key)) is int}


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]}\n(cut: {len(text)} characters)"


def _is_picture(text: str) -> bool:
    try:
        return base64.b64decode("".join(text.split()), validate=True).startswith(b"\x89PNG\r\n\x1a\n")
    except (binascii.Error, ValueError):
        return False


def seal_page(page: str) -> str:
    """Return a page of feedback in which only the scripts of its own head run, and nothing else is loaded or sent."""
    head, body = re.split(r"(?=<body)", page, maxsplit=1)
    texts = [text for text in SCRIPT.findall(head) if text]
    allowed = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts]
    # MathJax reads its settings by eval, and loads more from where it lies.
    folders = [address.rpartition("/")[0] + "/" for address in SOURCE.findall(head) if address.startswith("https://")]
    allowed += [*folders, "'unsafe-eval'"] if folders else []
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(allowed) or "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "font-src": "data: https:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    said = "; ".join(f"{what} {where}" for what, where in policy.items())
    return head.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{said}">', 1) + body


class SealedPage(HTMLExporter):  # type: ignore[misc]
    """nbgrader's page of feedback, sealed whatever command writes it; each test under its name."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **kwargs: Any) -> tuple[str, Any]:
        """Return the page and what goes with it."""
        page, resources = super().from_notebook_node(nb, resources, **kwargs)
        # nbgrader calls every one of them "Test cell".
        return seal_page(re.sub(r'<a href="#([\w-]+)">Test cell</a>', r'<a href="#\1">\1</a>', page)), resources

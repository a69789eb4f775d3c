"""What a page of a PDF that Chromium printed says, in the order in which it is drawn."""

import re
import unicodedata

import pikepdf

LIGATURES = {ord(sign): unicodedata.normalize("NFKC", sign) for sign in "ﬀﬁﬂﬃﬄ"}


def text(page):
    """Return a page's text, letter by letter, without spaces: where words are parted is told by places alone."""
    return "".join("".join(_said(page, page.Resources)).split()).translate(LIGATURES)


def pictures(drawn):
    """Return how many pictures made of pixels a page shows."""
    forms = drawn.get("/Resources", {}).get("/XObject", {}).values()
    return sum(1 if form.Subtype == "/Image" else pictures(form) for form in forms)


def _said(stream, resources):
    font, width = {}, 1
    for operands, operator in pikepdf.parse_content_stream(stream):
        name = str(operator)
        if name == "Tf":
            about = resources.Font[str(operands[0])]
            font, width = _meanings(about.ToUnicode.read_bytes().decode("latin1")), 1 + (about.Subtype == "/Type0")
        elif name in ("Tj", "TJ"):
            for part in operands[0] if name == "TJ" else operands:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    for k in range(0, len(raw), width):
                        yield font.get(int.from_bytes(raw[k : k + width], "big"), "")
        elif name == "Do" and (form := resources.XObject[str(operands[0])]).Subtype == "/Form":
            yield from _said(form, form.Resources)


def _meanings(table):
    """Return glyph -> text from a font's ToUnicode."""
    found = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, meant in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(meant).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, meant in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for k in range(int(first, 16), int(last, 16) + 1):
                found[k] = chr(int(meant, 16) + k - int(first, 16))
    return found

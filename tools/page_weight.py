"""Makes built pages lighter: without a script that nothing needs, with pictures that come when scrolled to.

Plots have two pixels for one; their notebooks say how wide they are shown. A picture or a drawing that is shown wider
than a column gets a box of its own, in which it scrolls where a phone would make it too small to read.
"""

import re
from pathlib import Path

from PIL import Image

# The theme's icons stand in its fonts as well: half of what a page weighed was the script that draws them again.
ICONS = re.compile(r'\s*<script[^>]*src="[^"]*/scripts/fontawesome\.js[^"]*"[^>]*></script>')
PICTURE = re.compile(r'<img ((?:(?!loading=)[^>])*?src="([^"]*_images/[^"]+\.png)"(?:(?!loading=)[^>])*?)/?>')
DRAWING = re.compile(r'(?<!book-wide">)<img [^>]*?src="([^"]*_images/[^"]+\.svg)"[^>]*>')
SHOWN = re.compile(r' ?style="width: ([\d.]+)px;"')  # as Sphinx writes the width that a notebook's output has
WIDE, WIDE_DRAWING = 640, 600  # pixels; a drawing's letters are smaller than a plot's


def lighten(page: Path) -> None:
    """Write a page again: no script for icons; pictures with their size, so that nothing moves when they come late.

    Args:
        page: the HTML file; what its pictures' addresses lead to has to be there.
    """
    text = page.read_text(encoding="utf8")

    def late(found: re.Match[str]) -> str:
        with Image.open(page.parent / found[2]) as picture:
            width, height = picture.size
        about = found[1].rstrip()
        if shown := SHOWN.search(about):
            about = about.replace(shown[0], "")
            width, height = round(float(shown[1])), round(float(shown[1]) * height / width)
        size = "" if "width" in about else f' width="{width}" height="{height}"'
        picture_again = f'<img {about} loading="lazy"{size}/>'
        if width <= WIDE:
            return picture_again
        scrolled = max(WIDE, round(0.85 * width))  # on a phone: letters as they are would scroll too far
        return f'<span class="book-wide" style="--scrolled: {scrolled}px">{picture_again}</span>'

    def boxed(found: re.Match[str]) -> str:
        box = re.search(r'viewBox="\S+ \S+ (\S+) ', (page.parent / found[1]).read_text(encoding="utf8"))
        return f'<span class="book-wide">{found[0]}</span>' if box and float(box[1]) > WIDE_DRAWING else found[0]

    lighter = DRAWING.sub(boxed, PICTURE.sub(late, ICONS.sub("", text)))
    if lighter != text:
        page.write_text(lighter, encoding="utf8")


def lighten_all(html: Path) -> None:
    """Do so with every page of the site."""
    for page in html.rglob("*.html"):
        if "_static" not in page.parts:
            lighten(page)

"""Makes built pages lighter: without a script that nothing needs, with pictures that come when scrolled to."""

import re
from pathlib import Path

from PIL import Image

# The theme's icons stand in its fonts as well: half of what a page weighed was the script that draws them again.
ICONS = re.compile(r'\s*<script[^>]*src="[^"]*/scripts/fontawesome\.js[^"]*"[^>]*></script>')
PICTURE = re.compile(r'<img ((?:(?!loading=)[^>])*?src="([^"]*_images/[^"]+\.png)"(?:(?!loading=)[^>])*?)/?>')


def lighten(page: Path) -> None:
    """Write a page again: no script for icons; pictures with their size, so that nothing moves when they come late.

    Args:
        page: the HTML file; what its pictures' addresses lead to has to be there.
    """
    text = page.read_text(encoding="utf8")

    def late(found: re.Match[str]) -> str:
        size = ""
        if "width" not in found[1]:
            with Image.open(page.parent / found[2]) as picture:
                size = ' width="{}" height="{}"'.format(*picture.size)
        return f'<img {found[1].rstrip()} loading="lazy"{size}/>'

    lighter = PICTURE.sub(late, ICONS.sub("", text))
    if lighter != text:
        page.write_text(lighter, encoding="utf8")


def lighten_all(html: Path) -> None:
    """Do so with every page of the site."""
    for page in html.rglob("*.html"):
        if "_static" not in page.parts:
            lighten(page)

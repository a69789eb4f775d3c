"""Print decks of slides to PDF: one page a slide, as a screen of 1280 by 720 shows it, for a room without a browser.

Figures stand in the state in which their page shows them, without controls; one that would only begin, in the state of
its still picture; one that waits for a reader, who is to load or train a net, is that picture. A question of the quiz
has its answers and none of the reasons. Notes stay away, and every page leads to the chapter's (``deck/paper.js``,
``deck/paper.css``).
"""

from pathlib import Path

import pikepdf
from playwright.sync_api import Browser, Page, sync_playwright

from address import pages
from lstmlib.page.browser import find_browser
from stills import STATES

LOOKS = Path(__file__).parent / "deck"
WAIT = 600_000  # milliseconds; a busy machine is slow
ALIVE = """() => [...document.querySelectorAll(".lstm-figure")]
  .every((figure) => (figure.shadowRoot ?? figure).querySelector(".frame"))"""


def print_decks(folder: Path, names: list[str]) -> dict[str, int]:
    """Print decks.

    Args:
        folder: where they are, and where the PDFs go, beside them.
        names: of the decks, as in gates.

    Returns:
        name -> how many pages its PDF has; empty where there is no Chromium.

    Raises:
        ValueError: a slide went over its page.
    """
    path = find_browser()
    if path is None:
        return {}
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        found = {name: _print(browser, folder / f"{name}.html") for name in names}
        browser.close()
    return found


def _print(browser: Browser, deck: Path) -> int:
    page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="light", reduced_motion="reduce")
    page.set_default_timeout(WAIT)
    page.goto(deck.as_uri())
    page.wait_for_function(ALIVE)
    heads = lay_out(page, deck.stem)
    path = deck.with_suffix(".pdf")
    page.pdf(path=path, prefer_css_page_size=True, print_background=True, tagged=True)
    page.close()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        if len(pdf.pages) != len(heads):
            raise ValueError(f"{deck.name} has {len(heads)} slides, its PDF {len(pdf.pages)} pages")
        with pdf.open_outline() as outline:
            for number, head in enumerate(heads):
                if not number or head != heads[number - 1]:
                    outline.root.append(pikepdf.OutlineItem(head, number))
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True)
    return len(heads)


def lay_out(page: Page, name: str) -> list[str]:
    """Make an open deck what is printed of it; return the headings of its slides."""
    page.add_style_tag(path=LOOKS / "paper.css")
    page.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
    telling = {f"lstm-{one._name.replace('_', '-')}": one._changed() for one in STATES if one._still() == one._name}
    script, told = (LOOKS / "paper.js").read_text(encoding="utf8"), [f"{pages()}book/{name}.html", telling]
    heads: list[str] = page.evaluate(script, told)
    return heads

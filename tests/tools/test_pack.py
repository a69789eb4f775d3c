"""The pack of figures: both forms of each, with caption, licence and source in the list and in the files."""

import base64
import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

import pack
from lstmlib.page import bundle
from lstmlib.page.browser import find_browser
from references import References

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
REFS = References(numbers={"fig-a": ("Fig. 4.2", "x")}, docs={"book/gru": ("GRU", "https://example.org/gru.html")})


@pytest.fixture(scope="module")
def drawn():
    """Return a plot that was stored as pixels and is drawn again, a still picture stored as it is, and a drawing."""
    cell = new_code_cell(PLOT)
    cell.metadata["mystnb"] = {
        "image": {"alt": "A line that rises from 1 to 2."},
        "figure": {"name": "fig-a", "caption": "A *line*, as in {doc}`gru`."},
    }
    chapter = new_notebook(cells=[new_markdown_cell("# Gates"), cell])
    plots = list(pack.plots(pack.drawn_again(chapter), "book/gates", REFS))
    source = "data:image/svg+xml;base64," + base64.b64encode(bundle.still("safe").encode()).decode()
    shown = f'<lstm-safe class="lstm-figure"><img alt="A &amp; B" src="{source}">'
    output = new_output("display_data", {"text/html": shown})
    notebook = new_notebook(cells=[new_code_cell("Safe()", outputs=[output]) for _ in range(2)])
    shows = ":name: fig-b\n:alt: Four cells.\n\nFrom an LSTM to a GRU, in {doc}`gru`."
    text = new_notebook(cells=[new_markdown_cell(f"```{{figure}} drawings/lstm-to-gru.svg\n{shows}\n```")])
    path = find_browser() or pytest.skip("no Chromium")

    def printed():
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            found = list(pack.stills(notebook, "book/gates", browser))
            found += pack.drawings(text, "book/gates", REFS, browser)
            browser.close()
            return found

    # In a thread of its own: another test's browser may be open in this one.
    return plots + ThreadPoolExecutor(1).submit(printed).result()


def test_a_plot_a_still_and_a_drawing_once_each_in_both_forms(drawn):
    plot, still, drawing = drawn
    assert (plot.name, plot.title, plot.caption) == ("fig-a", "Fig. 4.2", "A line, as in GRU.")
    assert plot.address.endswith("book/gates.html#fig-a")
    assert (still.name, still.alt) == ("safe", "A & B")
    assert (drawing.name, drawing.alt, drawing.caption) == ("fig-b", "Four cells.", "From an LSTM to a GRU, in GRU.")
    for one in drawn:
        assert "<svg" in one.svg
        with pikepdf.open(io.BytesIO(one.pdf)) as pdf:
            assert len(pdf.pages) == 1
    for one in (still, drawing):
        with pikepdf.open(io.BytesIO(one.pdf)) as pdf:
            wide, high = (float(pdf.pages[0].mediabox[k]) for k in (2, 3))
            width, height = map(float, re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', one.svg).groups())
            assert (wide, high) == pytest.approx((0.75 * width, 0.75 * height), abs=1)  # pixels, in points


def test_files_say_what_they_are_and_whose(drawn, tmp_path):
    pack.write(drawn, tmp_path / "out")
    svg = (tmp_path / "out" / "gates" / "fig-a.svg").read_text()
    for word in ("<title>Fig. 4.2</title>", "A line, as in GRU.", "CC BY 4.0", "book/gates.html#fig-a"):
        assert word in svg
    with pikepdf.open(tmp_path / "out" / "gates" / "fig-a.pdf") as pdf, pdf.open_metadata() as data:
        assert data["dc:title"] == "Fig. 4.2"
        assert "CC BY 4.0" in str(data["dc:rights"])
    assert (tmp_path / "out" / "LICENSE-TEXT.md").exists()
    with (tmp_path / "out" / "figures.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == ["gates/fig-a", "gates/safe", "gates/fig-b"]
    assert rows[0]["alt text"] == "A line that rises from 1 to 2."
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("<figure>") == 3
    assert 'alt="A &amp; B"' in page

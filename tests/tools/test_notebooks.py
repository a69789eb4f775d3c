"""How plots are stored: sharp, light, in the colours that they were drawn in."""

import base64
import io

import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from lstmlib.plots import COLORS
from notebooks import tidy, with_few_colours


def png(pixels):
    written = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8), "RGBA").save(written, "PNG", dpi=(220, 220))
    return written.getvalue()


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")).astype(int)


@pytest.fixture
def drawn(rng):
    """A picture with far more than 256 colours: lines in two roles' colours and white, on nothing, with soft edges."""
    picture = np.zeros((120, 200, 4))
    picture[..., 3] = rng.integers(0, 256, (120, 200))
    picture[:20] = 0
    picture[20:40] = (*bytes.fromhex(COLORS["gate"][1:]), 255)
    picture[40:60] = (*bytes.fromhex(COLORS["hidden"][1:]), 255)
    picture[60:80] = 255
    picture[80:90] = np.linspace(0, 255, 200)[:, None] * (1, 1, 0, 0) + (0, 0, 90, 255)  # a field of many colours
    return picture


def test_colours_become_few_and_those_of_lines_stay(drawn):
    data = png(drawn)
    few = with_few_colours(data)
    assert len(np.unique(pixels(few).reshape(-1, 4), axis=0)) <= 256
    assert (pixels(few)[:80] == drawn[:80]).all()
    assert np.abs(pixels(few)[80:] - drawn[80:]).max() < 32
    assert len(few) < len(data)
    assert round(Image.open(io.BytesIO(few)).info["dpi"][0]) == 220


def test_storing_twice_changes_nothing(drawn):
    once = with_few_colours(png(drawn))
    assert with_few_colours(once) == once


STYLED = "import matplotlib.pyplot as plt\nfrom lstmlib.plots import use_style\nuse_style()"
DRAWS = "plt.plot([1, 2])\nplt.show()"


def ran(*sources):
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    tidy(notebook)
    return notebook.cells[-1].outputs[0]


def test_a_plot_in_the_books_style_is_sharp_and_shown_at_its_size():
    output = ran(STYLED, DRAWS)
    picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    size = output.metadata["image/png"]
    assert 560 < size["width"] < 600  # 5.2 inches, 110 dots each, and what tight boxes add
    assert (picture.width // 2, picture.height // 2) == (size["width"], size["height"])
    assert picture.mode == "P"
    assert picture.convert("RGBA").getpixel((0, 0))[3] == 0
    assert output.metadata["needs_background"] == "light"


def test_the_format_that_a_reader_chose_stays():
    output = ran("%matplotlib inline\n%config InlineBackend.figure_formats = ['svg']", STYLED, DRAWS)
    assert "image/svg+xml" in output.data
    assert "image/png" not in output.data

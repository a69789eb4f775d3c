"""What the tests of scripts that compute in the page share: the modules in a browser, and set-ups as they take them."""

import zlib
from dataclasses import asdict, replace

import numpy as np

from lstmlib.page import bundle
from lstmlib.paper.rows import ROWS, reading_of

ADDRESS = "http://localhost/page/"


def open_modules(browser):
    """Return a page that can import the page's modules, one by one as they lie in their folder."""
    page = browser.new_page()

    def serve(route):
        name = route.request.url.removeprefix(ADDRESS)
        if name in ("", "favicon.ico"):
            route.fulfill(content_type="text/html", body="<!doctype html><title>Modules</title>")
        else:
            text = (bundle.PAGE / name).read_text(encoding="utf8")
            route.fulfill(content_type="text/javascript", body=text)

    page.route("http://localhost/**", serve)
    page.goto(ADDRESS)
    page.set_default_timeout(120_000)
    return page


def setup_of(name, chosen=None, trial=0, seed=0, **changes):
    """Return a set-up as trials.js takes it: a row of the paper's tables under a reading, and which trial of it."""
    row = replace(ROWS[name], **changes)
    there = {key: value for key, value in asdict(row).items() if key != "reported"}
    there["mean_below"] = min(row.mean_below, 1e300)  # JSON has no infinity
    key = zlib.crc32(row.name.encode())
    return {"row": there, "reading": reading_of(row, chosen or {}), "key": key, "seed": seed, "trial": trial}


def listed(params):
    """Return parameters as they are handed to the page."""
    return {name: value.ravel().tolist() for name, value in params.items()}


def sequences(drawn):
    """Return a batch, or symbols, as the page has them: sequence after sequence, step after step."""
    T, N = drawn.mask.shape
    there = {
        "steps": T,
        "count": N,
        "lengths": drawn.lengths.tolist(),
        "mask": drawn.mask.T.astype(int).ravel().tolist(),
    }
    inputs = drawn.symbols.T if hasattr(drawn, "symbols") else drawn.x.swapaxes(0, 1)
    there["symbols" if hasattr(drawn, "symbols") else "x"] = inputs.ravel().tolist()
    by_class = drawn.target.ndim == 2
    answers = drawn.target.T if by_class else drawn.target.swapaxes(0, 1)
    return there | {"targets" if by_class else "values": answers.ravel().tolist()}


def apart(found, wanted):
    """Return the largest difference between two sets of parameters, as a part of the largest of them."""
    assert list(found) == list(wanted)
    most = max(float(np.abs(value).max()) for value in wanted.values())
    return max(float(np.abs(np.ravel(found[name]) - value.ravel()).max()) for name, value in wanted.items()) / most

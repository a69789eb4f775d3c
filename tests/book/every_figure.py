"""All figures that lie in lstmlib/figures, found by their names, with what their own tests say of them.

Two lists in figures/test_<name>.py are read here: FIGURES, the states in which the figure is shown, the first of them
new; and HEARD, what is pressed in the first (role, name, key), and what a screen reader then says.
"""

import importlib.util
import re
from pathlib import Path

import pytest

from lstmlib.page import bundle


def read(name):
    """Return what a figure's own tests say of it."""
    path = Path(__file__).with_name("figures") / f"test_{name}.py"
    spec = importlib.util.spec_from_file_location(f"of_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


OWN = {name: read(name) for name in bundle.FIGURES}
TAGS = {name: f"lstm-{name.replace('_', '-')}" for name in bundle.FIGURES}
# The figures that draw; a quiz doesn't.
DRAWING = [name for name in bundle.FIGURES if name != "quiz"]
every = pytest.mark.parametrize("name", bundle.FIGURES)
every_drawing = pytest.mark.parametrize("name", DRAWING)


def new(name):
    return OWN[name].FIGURES[0]


def opened(page, name):
    """Return the page with what the figure asks for loaded, if it asks."""
    load = page.locator(f":is({TAGS[name]}, .{TAGS[name]}) button.main", has_text=re.compile("^Load "))
    if load.count():
        load.click()
        load.wait_for(state="detached")
    return page

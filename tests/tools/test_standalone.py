"""What the pages are given beyond the theme's own: what stands at a formula stays with it."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

import standalone

PAGE = SimpleNamespace(builder=SimpleNamespace(name="html"))


@pytest.mark.parametrize(
    ("before", "after"), [("", ","), ("(", ")."), ("“", "”;"), ("", "-th"), ("", "’s"), ("[", "],")]
)
def test_what_stands_at_a_formula_stays_with_it(before, after):
    formula = r'<span class="math notranslate nohighlight">\(x(t) &lt; 1\)</span>'
    context = {"body": f"<p>the {before}{formula}{after} and {formula} alone</p>"}
    standalone.keep_together(PAGE, "book/gates", "page.html", context, None)
    kept = f'<span class="book-kept">{before}{formula}{after}</span>'
    assert context["body"] == f"<p>the {kept} and {formula} alone</p>"

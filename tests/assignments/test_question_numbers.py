"""The question bank's own numbers are those of its pages."""

import re

import nbformat
import pytest

import questions
from address import ROOT

BANK = questions.bank()
# Numbers that a question makes up or works out for itself; all others have to stand on its page.
OWN = {
    "sequences": {"0.42", "320"},
    "vanishing-gradients": {"0.96", "1.7", "96"},
    "constant-error-carousel": {"0.039"},
    "forget-gate": {"127", "318", "383", "760"},
    "variants": {"0.167", "0.333"},
    "text": {"0.6", "0.693", "0.875", "0.96", "1.39", "2.0", "27", "4.0", "40,000"},
    "sentiment": {"25"},
    "time-series": {"15"},
    "markets": {"0.4", "64"},
    "speech": {"2,000", "256", "356", "364"},
    "anomalies": {"0.3"},
    "translation": {"28"},
    "music": {"407"},
    "what-gates-do": {"10,000", "1997"},
    "in-practice": {"0.00098", "10,000"},
}
NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?!\w)")


def numbers_of(text):
    """Return the numbers of two digits and more, as they are written."""
    return {found.rstrip(",") for found in NUMBER.findall(text) if sum(c.isdigit() for c in found) > 1}


def shown(name):
    """Return all that a page says: text and code, and what its cells put out."""
    said = []
    for cell in nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4).cells:
        said.append(cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            said += [output.get("text", ""), *(text for kind, text in data.items() if "text" in kind)]
    return re.sub(r'(?:src|data)="[^"]*"', "", "\n".join(said))


@pytest.mark.parametrize("chapter", BANK, ids=lambda chapter: chapter.name)
def test_the_numbers_of_the_bank_stand_on_the_page(chapter):
    """So that a page that is measured anew doesn't leave the questions behind."""
    asked = set()
    for choice in chapter.choices:
        if choice.at:  # those of the page's own quiz are on it
            asked |= numbers_of(" ".join([choice.text, *(part for a in choice.answers for part in (a.text, a.reason))]))
    assert asked - numbers_of(shown(chapter.name)) == OWN.get(chapter.name, set())

"""The page on how the numbers were made lists the commands that the other pages name."""

import json
import re
from pathlib import Path

BOOK = Path(__file__).parents[1] / "book"


def prose(name):
    cells = json.loads((BOOK / f"{name}.ipynb").read_text(encoding="utf8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def test_every_command_of_a_page_is_in_the_list():
    named = {
        (path.stem, command)
        for path in BOOK.glob("*.ipynb")
        for command in re.findall(r"python -m (lstmlib[\w.]*\w)", prose(path.stem))
    }
    listed = set(re.findall(r"python -m (lstmlib[\w.]*\w)", prose("how-the-numbers-were-made")))
    assert len(named) > 20
    assert [(page, command) for page, command in sorted(named) if command not in listed] == []

"""The order of the book, as the contents have it."""

from pathlib import Path
from string import ascii_lowercase

import yaml

from address import ROOT


def notebooks(root: Path = ROOT) -> list[tuple[str, str]]:
    """Return the book's notebooks in reading order: a number that sorts so, as in 05 and 05b, and the page's name."""
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf8"))
    listed, number = [("00", contents["root"])], 0
    for part in contents["parts"]:
        for chapter in part["chapters"]:
            number += 1
            pages = [chapter, *chapter.get("sections", [])]
            listed += [(f"{number:02}{ascii_lowercase[k] if k else ''}", page["file"]) for k, page in enumerate(pages)]
    return [(number, file) for number, file in listed if (root / f"{file}.ipynb").exists()]

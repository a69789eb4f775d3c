"""What the book's pages call each other's parts, and where these stand: read from what Sphinx noted while it built."""

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pybtex.database import parse_file
from pybtex.richtext import Text

from address import ROOT, pages

Place = tuple[str, str]  # what stands in a text, and the address it leads to


@dataclass
class References:
    """Names of the sources, and what stands for each on a page."""

    docs: dict[str, Place] = field(default_factory=dict)
    titles: dict[str, Place] = field(default_factory=dict)  # of sections and tables, by label
    numbers: dict[str, Place] = field(default_factory=dict)  # of figures, tables and exercises, by label
    equations: dict[str, Place] = field(default_factory=dict)
    terms: dict[str, Place] = field(default_factory=dict)
    objects: dict[str, Place] = field(default_factory=dict)  # of the library, by their whole names
    downloads: dict[str, Place] = field(default_factory=dict)  # by path from the root
    citations: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # authors, year, address


def authors(entry: Any) -> str:
    """Return the last names as a text says them: one, two, or the first and et al."""
    names = [
        str(Text.from_latex(" ".join(person.prelast_names + person.last_names))) for person in entry.persons["author"]
    ]
    return names[0] + " et al." if len(names) > 2 else " and ".join(names)


def references(doctrees: Path = ROOT / "_build" / ".doctrees", site: str = pages()) -> References:
    """Return those of the book as it was last built.

    Args:
        doctrees: the folder of Sphinx's notes.
        site: the address under which the pages stand.
    """
    with (doctrees / "environment.pickle").open("rb") as file:
        env = pickle.load(file)
    standard, found = env.domaindata["std"], References()

    def where(doc: str, anchor: str = "") -> str:
        return f"{site}{doc}.html" + (f"#{anchor}" if anchor else "")

    found.docs = {doc: (title.astext(), where(doc)) for doc, title in env.titles.items()}
    for name, (doc, anchor) in standard["anonlabels"].items():
        title = standard["labels"].get(name, ("", "", ""))[2] or env.titles[doc].astext()
        found.titles[name] = (title, where(doc, anchor))
        for kind, numbers in env.toc_fignumbers.get(doc, {}).items():
            if anchor in numbers:
                number = ".".join(map(str, numbers[anchor]))
                words = env.config.numfig_format.get(kind, f"{kind.capitalize()} %s")
                found.numbers[name] = (words % number, where(doc, anchor))
    for name, (doc, number) in env.domaindata["math"]["objects"].items():
        found.equations[name] = (f"({number})", where(doc, f"equation-{name}"))
    found.terms = {term: (term, where(doc, anchor)) for term, (doc, anchor) in standard["terms"].items()}
    found.objects = {
        name: (name, where(entry.docname, entry.node_id)) for name, entry in env.domaindata["py"]["objects"].items()
    }
    found.downloads = {file: (Path(file).name, f"{site}_downloads/{place}") for file, (_, place) in env.dlfiles.items()}
    entries = parse_file(str(ROOT / "book" / "references.bib")).entries
    for citation in env.domaindata["cite"]["citations"]:
        entry = entries[citation.key]
        place = where(citation.bibliography_key.docname, citation.citation_id)
        found.citations[citation.key] = (authors(entry), entry.fields["year"], place)
    return found

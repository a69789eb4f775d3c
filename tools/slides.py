"""Make a deck of slides from every chapter's page, with figures alive, and print each to PDF.

    python tools/slides.py      # after the book is built; into _build/slides/, index.html first

A deck has what a lecture shows and none of the prose: the question before the figure and the figure, alive; each
section's formulas, plots and tables; what goes wrong; the quiz, a question a slide; what was said in short. The prose
becomes the notes of the slide that it explains. A plot that no slide should show has the tag ``slide-skip`` in its
cell. The folder needs no other: it can be copied to another machine, and opened there without a network. PDFs want
Chromium (``deck_pdf.py``); without, there are the decks alone.
"""

import copy
import html
import json
import math
import re
import shutil
import sys
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import yaml
from bs4.element import Tag

from address import ROOT
from deck_pdf import print_decks
from deck_text import lead, opening, sentences, soup, words
from lstmlib.page.figure import GIVEN

PAGES = ROOT / "_build" / "html"
OUT = ROOT / "_build" / "slides"
LOOKS = Path(__file__).parent / "deck"
ROOMS = ("in-one-minute", "in-depth", "the-original", "what-goes-wrong", "check-yourself", "in-short")
FORMULAS = 2  # on a slide, at most
WORDS = 75  # on a slide of text, about
MISTAKES = 5  # on a slide of what goes wrong, at most
ROWS = 8  # of a table on a slide, at most: more of them would have to be shrunk


class Slide:
    """A slide in the making."""

    def __init__(self, heading: str, kind: str, content: list[Any] | None = None) -> None:
        self.heading, self.kind, self.content, self.notes = heading, kind, content or [], list[Any]()


class Part(NamedTuple):
    """A section of a page: its heading, and what stands in it, without what stands in its own sections."""

    heading: str
    blocks: list[Tag]


def parts(section: Tag) -> list[Part]:
    """Return a section and the sections in it, in order."""
    found = [Part(_heading(section), [])]
    for block in section.find_all(recursive=False):
        if block.name == "section":
            found += parts(block)
        elif block.name not in ("h1", "h2", "h3"):
            found[0].blocks.extend(_outputs(block))
    return found


def _heading(section: Tag) -> str:
    heading = section.find(["h1", "h2", "h3"])
    for part in heading.select(".headerlink, .section-number"):
        part.decompose()
    return str(heading.decode_contents()).strip()


def _outputs(block: Tag) -> list[Tag]:
    """Return what a cell shows, or the block itself; not what the page folds up."""
    if "cell" not in block.get("class", []):
        return [block]
    if "tag_slide-skip" in block["class"]:
        return []
    shown = [one for one in block.find_all(True) if kind_of(one) not in ("prose", "other") and not _inside(one, block)]
    return [one for one in shown if not one.find_parent("details", class_="book-fold")]


def _inside(one: Tag, block: Tag) -> bool:
    """Tell whether an element stands in a figure or a table of the block, which is taken whole."""
    return any(kind_of(parent) not in ("prose", "other") for parent in one.parents if parent in block.descendants)


def kind_of(block: Tag) -> str:
    """Return what a block is to a slide."""
    classes = block.get("class", [])
    if "lstm-figure" in classes:
        return "quiz" if block.name == "lstm-quiz" else "live"
    if block.name == "figure" and block.find("img"):
        return "plot"
    if block.name == "div" and "math" in classes:
        return "formula"
    if block.name == "table":
        return "table"
    if "pst-scrollable-table-container" in classes or "book-table" in classes:
        return "table"
    return "prose" if block.name in ("p", "ul", "ol", "blockquote") else "other"


def _text(name: str, inner: str, **attributes: str) -> str:
    marks = "".join(f' {key.rstrip("_")}="{value}"' for key, value in attributes.items())
    return f"<{name}{marks}>{inner}</{name}>"


def one_minute(part: Part) -> list[Slide]:
    """Return the chapter's first figure under its question, then the rest of the minute as text, and its tables."""
    live = [block for block in part.blocks if kind_of(block) == "live"]
    prose = [block for block in part.blocks if kind_of(block) == "prose"]
    slides = []
    if live:
        slides.append(Slide(part.heading, "live", [_text("p", prose[0].decode_contents(), class_="lead"), live[0]]))
        prose = prose[1:]
    slides += texts(part.heading, [str(block) for block in prose if block.name == "p"], "p")
    tables = [one for block in part.blocks if kind_of(block) == "table" for one in pieces(block)]
    return slides + [Slide(part.heading, "table", [one]) for one in tables]


def texts(heading: str, paragraphs: list[str], element: str) -> list[Slide]:
    """Return slides of text, as many words on each as can be read from the last row."""
    slides: list[Slide] = []
    count = 0
    for paragraph in paragraphs:
        count += words(paragraph)
        if not slides or count > WORDS:
            slides.append(Slide(heading, "text"))
            count = words(paragraph)
        slides[-1].content.append(paragraph)
    for slide in slides:
        if element == "li":
            slide.content = [_text("ul", "".join(slide.content))]
    return slides


def section(part: Part) -> list[Slide]:
    """Return the slides of a section: its formulas, plots and tables, with the prose around each as its notes."""
    slides: list[Slide] = []
    waiting: list[Tag] = []  # prose that no slide has yet
    before: Tag | None = None  # a paragraph that leads to what comes next
    for block in part.blocks:
        kind = kind_of(block)
        if kind == "prose":
            (slides[-1].notes if slides else waiting).append(block)
            before = block if block.name == "p" else None
        elif kind in ("formula", "plot", "table", "live"):
            if kind == "formula" and slides and slides[-1].kind == "formula" and len(slides[-1].content) < 2 * FORMULAS:
                slide = slides[-1]
            else:
                slide = Slide(part.heading, kind)
                slides.append(slide)
            if before is not None and kind in ("formula", "table"):
                slide.content.append(_text("p", lead(before), class_="lead"))
            before = None
            first, *others = pieces(block) if kind == "table" else [block]
            slide.content.append(first)
            slide.notes, waiting = slide.notes + waiting, []
            slides += [Slide(part.heading, kind, [other]) for other in others]
    if slides or not waiting:
        return slides
    firsts = [sentences(block)[0] for block in waiting if block.name == "p"]
    made = texts(part.heading, [_text("li", first) for first in firsts[:4]], "li")
    if made:
        made[0].notes = list(waiting)
    return made


def pieces(block: Tag) -> list[Tag]:
    """Return a table as it is, or, if it has too many rows for a slide, in parts of like length under the same head."""
    rows = len(block.select("tbody > tr"))
    if rows <= ROWS:
        return [block]
    count = math.ceil(rows / ROWS)
    made = []
    for k in range(count):
        one = copy.copy(block)
        kept = range(rows * k // count, rows * (k + 1) // count)
        for number, row in enumerate(one.select("tbody > tr")):
            if number not in kept:
                row.decompose()
        caption = one.find("caption")
        if k and caption is not None:
            caption.string = "continued"
        made.append(one)
    return made


def mistakes(part: Part) -> list[Slide]:
    """Return what goes wrong: what people say, a few on a slide, with the answers as notes; then what shows it."""
    said: list[tuple[str, list[Tag]]] = []
    shown: list[Slide] = []
    for block in part.blocks:
        kind = kind_of(block)
        start = block.find("strong") if kind == "prose" and block.name == "p" else None
        if start is not None and start == next(block.children, None):
            said.append((start.decode_contents(), [block]))
        elif kind == "prose" and said:
            said[-1][1].append(block)
            if shown:
                shown[-1].notes.append(block)
        elif kind in ("plot", "table", "live", "formula"):
            for one in pieces(block) if kind == "table" else [block]:
                shown.append(Slide(said[-1][0] if said else part.heading, kind, [one]))
            shown[-1].notes = list(said[-1][1]) if said else []
    slides = []
    count = math.ceil(len(said) / MISTAKES)
    for k in range(count):
        few = said[len(said) * k // count : len(said) * (k + 1) // count]
        slide = Slide(part.heading, "text", [_text("ul", "".join(_text("li", mistake) for mistake, _ in few))])
        slide.notes = [block for _, blocks in few for block in blocks]
        slides.append(slide)
    return slides + shown


def quiz(part: Part) -> list[Slide]:
    """Return a slide for each question of the quiz, to be answered on the screen."""
    slides = []
    for block in part.blocks:
        if kind_of(block) == "quiz":
            for question in json.loads(block["questions"]):
                asked = html.escape(json.dumps([question], ensure_ascii=False))
                slides.append(
                    Slide(part.heading, "asked", [f'<lstm-quiz class="lstm-figure" questions="{asked}"></lstm-quiz>'])
                )
    return slides


def in_short(part: Part) -> list[Slide]:
    """Return the chapter's last list, a few points on a slide."""
    points = [
        str(point) for block in part.blocks if block.name == "ul" for point in block.find_all("li", recursive=False)
    ]
    slides = texts(part.heading, points, "li")
    if slides:
        slides[-1].notes = [block for block in part.blocks if block.name == "p"]
    return slides


def deck(page: str) -> tuple[str, list[Slide]]:
    """Return a chapter's title and its slides, from its page's HTML; the first lists what it is about."""
    article = soup(page).find("article")
    chapter = article.find("section")
    title = _heading(chapter)
    depth = chapter.find("section", id="in-depth", recursive=False)
    plan = [_text("li", _heading(section)) for section in depth.find_all("section", recursive=False)]
    slides = [Slide(title, "plan", [_text("ul", "".join(plan))])]
    for room in ROOMS:
        found = chapter.find("section", id=room, recursive=False)
        if found is None:
            continue
        first, *rest = parts(found)
        kinds = {"in-one-minute": one_minute, "what-goes-wrong": mistakes, "check-yourself": quiz, "in-short": in_short}
        if room in kinds:
            slides += kinds[room](Part(first.heading, first.blocks + [b for part in rest for b in part.blocks]))
        else:
            slides += [slide for part in (first, *rest) for slide in section(part)]
    return title, slides


def _shown(slide: Slide) -> str:
    """Return what a slide shows, without anything that leads elsewhere in the book."""
    inner = soup("".join(str(copy.copy(one)) for one in slide.content))
    for figure in inner.find_all("figure"):
        image, caption = figure.find("img"), figure.find(class_="caption-text") or figure.find("figcaption")
        image.attrs = {key: image[key] for key in ("src", "alt") if key in image.attrs}
        first = opening(caption) if caption else ""
        figure.replace_with(soup(f'<figure class="plot">{image}<figcaption>{first}</figcaption></figure>'))
    return str(_alone(inner))


def _alone(inner: Any) -> Any:
    """Take out what leads elsewhere in the book, and names that are there twice; put pictures where they will be."""
    for link in inner.select("a"):
        if not str(link.get("href", "")).startswith("http"):
            link.unwrap()
    for element in inner.find_all(id=True):
        del element["id"]
    for element in inner.select(".headerlink"):
        element.decompose()
    for image in inner.select("img[src]"):
        image["src"] = re.sub(r"^(\.\./)*_images/", "assets/images/", image["src"])
    return inner


def written(title: str, slides: list[Slide]) -> str:
    """Return a deck as a page."""
    total, body = len(slides), []
    for number, slide in enumerate(slides, 1):
        head = "h1" if number == 1 else "h2"
        notes = _alone(soup("".join(str(copy.copy(one)) for one in slide.notes)))
        aside = f'<aside class="notes" aria-label="Notes" tabindex="0">{notes}</aside>' if slide.notes else ""
        body.append(
            f'<section class="slide" aria-label="Slide {number} of {total}">'
            f"<{head}>{_alone(soup(slide.heading))}</{head}>"
            f'<div class="body"><div class="fit {slide.kind}">{_shown(slide)}</div></div>{aside}</section>'
        )
    page = Template((LOOKS / "deck.html").read_text(encoding="utf8"))
    plain = html.escape(soup(title).get_text())
    return page.substitute(plain=plain, slides="\n".join(body))


def chapters() -> list[str]:
    """Return the names of the pages that have a quiz, in the book's order: those are chapters."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    names = [Path(page["file"]).name for part in contents["parts"] for page in part["chapters"]]
    built = [name for name in names if (PAGES / "book" / f"{name}.html").exists()]
    return [name for name in built if "<lstm-quiz" in (PAGES / "book" / f"{name}.html").read_text(encoding="utf8")]


def assets(texts_: list[str], out: Path) -> None:
    """Copy what the decks need beside them: looks, figures, formulas and the pictures that they show."""
    folder = out / "assets"
    shutil.copytree(PAGES / "_static" / "mathjax", folder / "mathjax")
    figures = PAGES / "_static" / "figures"
    for file in LOOKS.glob("deck.[cj]s*"):
        shutil.copy(file, folder)
    shutil.copy(figures / "all.js", folder / "figures.js")
    shutil.copytree(figures / GIVEN, folder / GIVEN)
    (folder / "images").mkdir()
    for name in sorted({name for text in texts_ for name in re.findall(r'src="assets/images/([^"]+)"', text)}):
        shutil.copy(PAGES / "_images" / name, folder / "images")


def write(names: list[str], out: Path) -> dict[str, tuple[str, int]]:
    """Write the chapters' decks and an index; return chapter -> its title and how many slides it has."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    found, texts_ = {}, []
    for name in names:
        title, slides = deck((PAGES / "book" / f"{name}.html").read_text(encoding="utf8"))
        texts_.append(written(title, slides))
        (out / f"{name}.html").write_text(texts_[-1], encoding="utf8")
        found[name] = title, len(slides)
    write_index(found, out)
    assets(texts_, out)
    return found


def write_index(found: dict[str, tuple[str, int]], out: Path) -> None:
    """Write the page that lists the decks, each with its PDF where there is one."""
    lines = []
    for name, (title, count) in found.items():
        on_paper = f', <a href="{name}.pdf">PDF</a>' if (out / f"{name}.pdf").exists() else ""
        lines.append(f'<li><a href="{name}.html">{title}</a>, {count} slides{on_paper}</li>')
    index = Template((LOOKS / "index.html").read_text(encoding="utf8"))
    (out / "index.html").write_text(index.substitute(links="\n".join(lines)), encoding="utf8")


def main() -> None:
    """Write the decks of all chapters, print them where there is a browser, and say where they are."""
    if not (PAGES / "index.html").exists():
        sys.exit("The book isn't built yet: make book")
    found = write(chapters(), OUT)
    for name, (_, count) in found.items():
        print(f"{name}: {count} slides")
    print(f"The decks are in _build/slides/. Open {(OUT / 'index.html').as_uri()}", flush=True)
    if print_decks(OUT, list(found)):
        write_index(found, OUT)
        print("Each is there as a PDF as well.")
    else:
        print("PDFs of them want Chromium or Chrome, which isn't here: install one, or name it in $CHROMIUM.")


if __name__ == "__main__":
    main()

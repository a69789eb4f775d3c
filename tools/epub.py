"""Make an e-book of the whole book, and check it: ``make epub``.

    python tools/epub.py        # writes _build/the-memory-cell.epub

Formulas are MathML, there is no script, and the figures are their still pictures (``book/_ext/printed.py``). What is
checked is what readers stumble over: pages are well-formed, the manifest lists what is there, links lead somewhere.
"""

import posixpath
import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

from address import ROOT, pages

BUILT = ROOT / "_build" / "e-book"
OUT = ROOT / "_build" / "the-memory-cell.epub"
PACKAGE = "{http://www.idpf.org/2007/opf}"
XHTML = "{http://www.w3.org/1999/xhtml}"
CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"


def wrong(path: Path) -> list[str]:
    """Return what is wrong with an e-book, each with the file that it is in."""
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        found = []
        if names[:1] != ["mimetype"] or book.read("mimetype") != b"application/epub+zip":
            found.append("mimetype isn't the first file")
        root = ElementTree.fromstring(book.read("META-INF/container.xml"))
        package = next(root.iter(f"{CONTAINER}rootfile")).attrib["full-path"]
        folder = posixpath.dirname(package)
        tree = ElementTree.fromstring(book.read(package))
        items = {posixpath.join(folder, unquote(i.attrib["href"])): i.attrib for i in tree.iter(f"{PACKAGE}item")}
        found += [f"{name}: in the manifest, not in the file" for name in items if name not in names]
        listed = {*items, "mimetype", package}
        found += [f"{n}: not in the manifest" for n in names if n not in listed and not n.startswith("META-INF/")]
        identifiers = {about["id"] for about in items.values()}
        spine = [ref.attrib["idref"] for ref in tree.iter(f"{PACKAGE}itemref")]
        found += [f"{name}: in the reading order, not in the manifest" for name in spine if name not in identifiers]
        if not any("nav" in about.get("properties", "").split() for about in items.values()):
            found.append("no navigation document")
        for name, about in items.items():
            for kind in _held(book.read(name)) if name in names and "xhtml" in about["media-type"] else []:
                if kind not in about.get("properties", "").split():
                    found.append(f"{name}: holds {kind}, and the manifest doesn't say so")
        called = tree.find(f".//*[@id='{tree.attrib.get('unique-identifier')}']")
        for name in (n for n in items if n.endswith(".ncx") and n in names):  # the contents for old readers
            uid = re.search(rb'name="dtb:uid" content="([^"]*)"', book.read(name))
            if called is not None and (not uid or uid[1].decode() != called.text):
                found.append(f"{name}: names the book by another identifier than the package")
        texts = {n: book.read(n) for n, about in items.items() if "xhtml" in about["media-type"] and n in names}
        return found + _wrong_pages(texts, set(names))


def declare(source: Path, target: Path) -> None:
    """Write an e-book again with what Sphinx leaves out: what its pages hold, the book's name in old contents."""
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        names = {PurePosixPath(n).name: n for n in book.namelist() if n.endswith(".xhtml")}
        hold = {name: _held(book.read(path)) for name, path in names.items()}
        for entry in book.infolist():
            data = book.read(entry)
            if entry.filename.endswith(".opf"):
                text = re.sub(r"<item [^>]*/>", lambda found: _declared(found[0], hold), data.decode())
                data = text.encode()
            elif entry.filename.endswith(".ncx"):  # Sphinx writes the name of the identifier, not what it is
                data = re.sub(rb'(name="dtb:uid" content=")[^"]*', rb"\1" + pages().encode(), data)
            written.writestr(entry, data, zipfile.ZIP_STORED if entry.filename == "mimetype" else None)


def _held(text: bytes) -> list[str]:
    """Return what a page holds that a manifest has to name."""
    return [kind for kind, tag in {"mathml": b"<math", "svg": b"<svg"}.items() if tag in text]


def _declared(item: str, hold: dict[str, list[str]]) -> str:
    href, there = re.search(r'href="([^"]*)"', item), re.search(r'properties="([^"]*)"', item)
    words = there[1].split() if there else []
    new = [kind for kind in hold.get(PurePosixPath(unquote(href[1])).name if href else "", []) if kind not in words]
    if not new:
        return item
    said = f'properties="{" ".join(words + new)}"'
    return item.replace(there[0], said) if there else item.replace("/>", f" {said}/>")


def _wrong_pages(texts: dict[str, bytes], names: set[str]) -> list[str]:
    found, trees = [], {}
    for name, text in texts.items():
        try:
            trees[name] = ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            found.append(f"{name}: not well-formed: {error}")
    ids = {name: [e.attrib["id"] for e in tree.iter() if "id" in e.attrib] for name, tree in trees.items()}
    for name, tree in trees.items():
        twice = sorted({one for one in ids[name] if ids[name].count(one) > 1})
        found += [f"{name}: the id {one} is there twice" for one in twice]
        for element in tree.iter():
            if element.tag.endswith("}script"):
                found.append(f"{name}: a script")
            if element.tag == f"{XHTML}svg":
                found.append(f"{name}: an SVG that doesn't say that it is one")
            for attribute in ("href", "src"):
                if target := element.attrib.get(attribute):
                    found += _wrong_link(name, target, element.tag.rpartition("}")[2], names, ids)
    return found


def _wrong_link(name: str, target: str, tag: str, names: set[str], ids: dict[str, list[str]]) -> list[str]:
    if target.startswith(("http:", "https:", "mailto:")):
        return [] if tag == "a" else [f"{name}: takes {target} from elsewhere"]
    if target.startswith("data:"):
        return []
    file, fragment = urldefrag(target)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(file))) if file else name
    if path not in names:
        return [f"{name}: {target} isn't there"]
    if fragment and path in ids and unquote(fragment) not in ids[path]:
        return [f"{name}: {target} has no such place"]
    return []


def main() -> None:
    """Build, check, say what came out."""
    command = [Path(sys.executable).parent / "jupyter-book", "build", ".", "--builder", "custom", "-q"]
    command += ["--custom-builder", "epub", "--path-output", BUILT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    made = sorted((BUILT / "_build" / "epub").glob("*.epub"))
    if done.returncode or not made:
        sys.exit(f"The e-book did not build:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    declare(made[0], OUT)
    if found := wrong(OUT):
        sys.exit("\n".join([f"{len(found)} things are wrong with the e-book:", *found[:40]]))
    print(f"{OUT.relative_to(ROOT)}: {OUT.stat().st_size / 1e6:.1f} MB, nothing wrong found")


if __name__ == "__main__":
    main()

"""The question bank's files: Moodle XML, QTI 2.1 and Markdown.

Moodle's format is that of docs.moodle.org, *Moodle XML format*. QTI's is the IMS *Question and Test Interoperability*
specification 2.1: an item a question, in a zip with the manifest of an IMS content package.
"""

import shutil
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from lstmlib.figures.quiz import marked

if TYPE_CHECKING:
    from questions import Chapter, Choice, Drawn

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
LETTERS = "ABCDEFGH"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
BOOK = "The Memory Cell"


def plain_number(value: float) -> str:
    """Return a number as students type it."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e9 else f"{value:.4g}"


def write(chapters: "list[Chapter]", drawings: int, out: Path) -> None:
    """Write all files, for each chapter and for all together, into empty folders."""
    shutil.rmtree(out, ignore_errors=True)
    for name in ("moodle", "qti", "markdown"):
        (out / name).mkdir(parents=True)
    everything = []
    for chapter in chapters:
        items = [*chapter.choices, *(one for number in chapter.numbers for one in number.drawings(drawings))]
        everything += items
        (out / "moodle" / f"{chapter.name}.xml").write_text(moodle([chapter], drawings), encoding="utf8")
        package(items, chapter.name, out / "qti" / f"{chapter.name}.zip")
        questions, answers = markdown(chapter)
        (out / "markdown" / f"{chapter.name}.md").write_text(questions, encoding="utf8")
        (out / "markdown" / f"{chapter.name}-answers.md").write_text(answers, encoding="utf8")
    (out / "moodle" / "all.xml").write_text(moodle(chapters, drawings), encoding="utf8")
    package(everything, "all", out / "qti" / "all.zip")


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> ET.Element:
    """Append an element with a text in an element of its own, as Moodle wants it."""
    element = ET.SubElement(parent, tag, attributes)
    ET.SubElement(element, "text").text = text
    return element


def _plain(parent: ET.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag).text = text


def moodle(chapters: "list[Chapter]", drawings: int) -> str:
    """Return Moodle XML: a category a chapter, and one for each question with a number, to draw a random one from."""
    quiz = ET.Element("quiz")
    for chapter in chapters:
        category = f"$course$/top/{BOOK}/{chapter.title}"
        _text(ET.SubElement(quiz, "question", type="category"), "category", category)
        for choice in chapter.choices:
            quiz.append(_moodle_choice(choice))
        for number in chapter.numbers:
            _text(ET.SubElement(quiz, "question", type="category"), "category", f"{category}/{number.key}")
            for drawn in number.drawings(drawings):
                quiz.append(_moodle_number(drawn))
    ET.indent(quiz)
    return HEAD + ET.tostring(quiz, encoding="unicode") + "\n"


def _moodle_question(kind: str, key: str, text: str, general: str) -> ET.Element:
    question = ET.Element("question", type=kind)
    _text(question, "name", key)
    _text(question, "questiontext", f"<p>{marked(text)}</p>", format="html")
    _text(question, "generalfeedback", f"<p>{marked(general)}</p>" if general else "", format="html")
    _plain(question, defaultgrade="1", penalty="0.3333333", hidden="0", idnumber=key)
    return question


def _moodle_choice(choice: "Choice") -> ET.Element:
    question = _moodle_question("multichoice", choice.key, choice.text, "")
    _plain(question, single="true", shuffleanswers="true", answernumbering="abc")
    for tag, said in (
        ("correctfeedback", "Right."),
        ("partiallycorrectfeedback", ""),
        ("incorrectfeedback", "Not yet."),
    ):
        _text(question, tag, said, format="html")
    for answer in choice.answers:
        fraction = "100" if answer.right else "0"
        element = _text(question, "answer", f"<p>{marked(answer.text)}</p>", fraction=fraction, format="html")
        _text(element, "feedback", f"<p>{marked(answer.reason)}</p>", format="html")
    return question


def _moodle_number(drawn: "Drawn") -> ET.Element:
    question = _moodle_question("numerical", drawn.key, drawn.text, drawn.reason)
    element = _text(question, "answer", f"{drawn.value:.10g}", fraction="100", format="moodle_auto_format")
    _text(element, "feedback", "", format="html")
    ET.SubElement(element, "tolerance").text = f"{drawn.off:.10g}"
    return question


def _flow(parent: ET.Element, tag: str, text: str) -> ET.Element:
    """Append an element with a text's marks as elements of QTI's."""
    element = ET.fromstring(f'<{tag} xmlns="{QTI}">{marked(text)}</{tag}>')
    parent.append(element)
    return element


def _sub(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{QTI}}}{tag}", attributes)
    element.text = text
    return element


def item(question: "Choice | Drawn") -> str:
    """Return a question as an item of QTI 2.1: it gives 1 point or 0, and the reason as feedback."""
    head = {"identifier": question.key, "title": question.key, "adaptive": "false", "timeDependent": "false"}
    root = ET.Element(f"{{{QTI}}}assessmentItem", head)
    chosen = hasattr(question, "answers")
    kind = "identifier" if chosen else "float"
    declared = _sub(root, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType=kind)
    correct = _sub(declared, "correctResponse")
    for name, base in (("SCORE", "float"), ("FEEDBACK", "identifier")):
        outcome = _sub(root, "outcomeDeclaration", identifier=name, cardinality="single", baseType=base)
        if name == "SCORE":
            _sub(_sub(outcome, "defaultValue"), "value", "0")
    body = _sub(root, "itemBody")
    if chosen:
        reasons = _choices(question, correct, body)
    else:
        _sub(correct, "value", f"{question.value:.10g}")
        _flow(body, "p", question.text)
        _sub(_sub(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="12")
        reasons = {"REASON": question.reason}
    _processing(root, None if chosen else question.off)
    for name, reason in reasons.items():
        shown = _sub(root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show")
        _flow(shown, "p", reason)
    return _document(root, QTI)


def _choices(choice: "Choice", correct: ET.Element, body: ET.Element) -> dict[str, str]:
    """Write the answers of a question; return letter -> reason."""
    asked = _sub(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1")
    _flow(asked, "prompt", choice.text)
    for letter, answer in zip(LETTERS, choice.answers, strict=False):
        _flow(asked, "simpleChoice", answer.text).set("identifier", letter)
        if answer.right:
            _sub(correct, "value", letter)
    return {letter: answer.reason for letter, answer in zip(LETTERS, choice.answers, strict=False)}


def _processing(root: ET.Element, off: float | None) -> None:
    """Write how a response is scored: against the right answer, or within ``off`` of the right number."""
    processing = _sub(root, "responseProcessing")
    when = _sub(_sub(processing, "responseCondition"), "responseIf")
    if off is None:
        test = _sub(when, "match")
    else:
        test = _sub(when, "equal", toleranceMode="absolute", tolerance=f"{off:.10g} {off:.10g}")
    _sub(test, "variable", identifier="RESPONSE")
    _sub(test, "correct", identifier="RESPONSE")
    _sub(_sub(when, "setOutcomeValue", identifier="SCORE"), "baseValue", "1", baseType="float")
    told = _sub(processing, "setOutcomeValue", identifier="FEEDBACK")
    if off is None:
        _sub(told, "variable", identifier="RESPONSE")
    else:
        _sub(told, "baseValue", "REASON", baseType="identifier")


def _document(root: ET.Element, namespace: str) -> str:
    ET.register_namespace("", namespace)
    return HEAD + ET.tostring(root, encoding="unicode") + "\n"


def package(questions: "list[Choice | Drawn]", name: str, path: Path) -> None:
    """Write items into a zip with their manifest; the same questions make the same bytes."""
    manifest = ET.Element(f"{{{PACKAGE}}}manifest", identifier=f"memory-cell-{name}")
    about = ET.SubElement(manifest, f"{{{PACKAGE}}}metadata")
    ET.SubElement(about, f"{{{PACKAGE}}}schema").text = "QTIv2.1 Package"
    ET.SubElement(about, f"{{{PACKAGE}}}schemaversion").text = "1.0.0"
    ET.SubElement(manifest, f"{{{PACKAGE}}}organizations")
    resources = ET.SubElement(manifest, f"{{{PACKAGE}}}resources")
    files = {f"items/{question.key}.xml": item(question) for question in questions}
    for file in files:
        named = {"identifier": f"resource-{Path(file).stem}", "type": "imsqti_item_xmlv2p1", "href": file}
        resource = ET.SubElement(resources, f"{{{PACKAGE}}}resource", named)
        ET.SubElement(resource, f"{{{PACKAGE}}}file", href=file)
    files = {"imsmanifest.xml": _document(manifest, PACKAGE)} | files
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as together:
        for file, text in files.items():
            together.writestr(zipfile.ZipInfo(file, (2000, 1, 1, 0, 0, 0)), text)


def markdown(chapter: "Chapter") -> tuple[str, str]:
    """Return a chapter's questions as Markdown, and a text with their answers and reasons."""
    asked, answered = [f"# {chapter.title}: questions\n"], [f"# {chapter.title}: answers\n"]
    for count, choice in enumerate(chapter.choices, 1):
        asked.append(f"{count}. {choice.text}\n")
        asked += [f"   - {letter}. {one.text}" for letter, one in zip(LETTERS, choice.answers, strict=False)]
        asked.append("")
        (right,) = [letter for letter, one in zip(LETTERS, choice.answers, strict=False) if one.right]
        where = f" (*{chapter.title}*, {choice.at.replace('*', '')})" if choice.at else ""
        answered.append(f"{count}. **{right}**{where}\n")
        answered += [f"   - {letter}. {one.reason}" for letter, one in zip(LETTERS, choice.answers, strict=False)]
        answered.append("")
    for count, number in enumerate(chapter.numbers, len(chapter.choices) + 1):
        drawn = number.drawings(1)[0]
        asked.append(f"{count}. {drawn.text}\n")
        answered.append(f"{count}. **{plain_number(drawn.value)}** {drawn.reason}\n")
    return "\n".join(asked), "\n".join(answered)


def sheet(student: str, drawn: "list[tuple[str, list[Drawn]]]") -> str:
    """Return a student's own questions with numbers as Markdown."""
    lines, count = [f"# Questions for {student}\n"], 0
    for title, some in drawn:
        lines.append(f"## {title}\n")
        for one in some:
            count += 1
            lines.append(f"{count}. {one.text}\n")
    return "\n".join(lines)

"""The question bank: every question is sound, its numbers are the library's, and its files are what systems read."""

import collections
import csv
import itertools
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

import nbformat
import numpy as np
import pytest
from computed import CHECKS, DRAWN
from scipy.stats import binomtest

import question_files
import questions
from address import ROOT

BANK = questions.bank()
BY_NAME = {chapter.name: chapter for chapter in BANK}
CHOICES = [choice for chapter in BANK for choice in chapter.choices]
NUMBERS = [
    pytest.param(chapter.name, place, id=f"{chapter.name}-{place}")
    for chapter in BANK
    for place in range(len(chapter.numbers))
]


def plain(text):
    return re.sub(r"[\W_]+", " ", text).strip().lower()


def test_twelve_chapters_have_twelve_questions_or_more_and_theirs_are_the_page_s():
    assert len(BANK) >= 12
    for chapter in BANK:
        assert len(chapter.choices) + len(chapter.numbers) >= 12, chapter.name
        assert len(chapter.numbers) >= 2, chapter.name
        notebook = nbformat.read(ROOT / "book" / f"{chapter.name}.ipynb", as_version=4)
        (cell,) = [
            cell for cell in notebook.cells if cell.cell_type == "code" and re.search(r"\bQuiz\(\[", cell.source)
        ]
        asked = len(re.findall(r'"question":', cell.source))
        assert len(questions.quiz(notebook)) == asked == sum(not choice.at for choice in chapter.choices)


def test_no_question_is_there_twice():
    texts = [plain(choice.text) for choice in CHOICES]
    texts += [plain(number.text) for chapter in BANK for number in chapter.numbers]
    assert [text for text, times in collections.Counter(texts).items() if times > 1] == []
    keys = [each.key for chapter in BANK for each in [*chapter.choices, *chapter.numbers]]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.key)
def test_a_question_has_one_right_answer_and_a_reason_for_each(choice):
    assert sum(answer.right for answer in choice.answers) == 1
    assert len(choice.answers) >= 3
    said = [plain(answer.text) for answer in choice.answers]
    assert len({answer.text for answer in choice.answers}) == len(said)
    reasons = [plain(answer.reason) for answer in choice.answers]
    assert len(set(reasons)) == len(reasons)
    for text, reason in zip(said, reasons, strict=True):
        assert len(reason) > 15
        assert reason != text
    for text in (choice.text, *(part for answer in choice.answers for part in (answer.text, answer.reason))):
        assert "{" not in text, "a name that was not drawn"
        assert text == text.strip()
        assert "$" not in text, "formulas stand in Unicode"


def test_who_knows_nothing_gains_nothing_by_place():
    """The same letter isn't right much more often than chance would have it."""
    places = collections.Counter(next(k for k, a in enumerate(choice.answers) if a.right) for choice in CHOICES)
    assert max(places.values()) < 0.4 * len(CHOICES)


def length(choice):
    """Return where the right answer stands among all by length; "tie" if another is as long."""
    lengths = sorted(len(answer.text) for answer in choice.answers)
    right = next(len(answer.text) for answer in choice.answers if answer.right)
    if lengths.count(right) > 1:
        return "tie"
    return {0: "shortest", len(lengths) - 1: "longest"}.get(lengths.index(right), "between")


@pytest.mark.parametrize("part", ["quizzes", "bank", "all"])
@pytest.mark.parametrize("place", ["longest", "shortest", "between"])
def test_who_knows_nothing_gains_nothing_by_length(part, place):
    """Whether an answer is the longest, the shortest or neither says nothing of whether it is right.

    Of n questions, chance makes about n/3 right answers the longest. A two-sided binomial test must not reject that at
    2.5 percent, for each of the three; also for the quizzes alone, which students see with their answers, and for the
    questions that only the bank has. A right answer that is too rarely the shortest tells as much as one too often.
    """
    choices = [choice for choice in CHOICES if part == "all" or bool(choice.at) == (part == "bank")]
    chance = sum((len(c.answers) - 2 if place == "between" else 1) / len(c.answers) for c in choices)
    found = sum(length(choice) == place for choice in choices)
    p = binomtest(found, len(choices), chance / len(choices)).pvalue
    assert p > 0.025, f"{found} of {len(choices)}, {chance:.0f} by chance, p = {p:.3f}"


@pytest.mark.parametrize("chapter", BANK, ids=lambda chapter: chapter.name)
def test_a_question_names_a_section_of_its_chapter(chapter):
    notebook = nbformat.read(ROOT / "book" / f"{chapter.name}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = set(re.findall(r"^#{2,3} (.*?)\s*$", text, re.MULTILINE))
    for each in [*chapter.choices, *chapter.numbers]:
        assert each.at in headings | {""}, each.text


@pytest.mark.parametrize(("name", "place"), NUMBERS)
def test_a_number_is_the_library_s(name, place):
    number = BY_NAME[name].numbers[place]
    check = CHECKS[name][place]
    assert len(CHECKS[name]) == len(BY_NAME[name].numbers)
    names, several = list(number.draw), list(number.draw.values())
    drawn = [dict(zip(names, values, strict=True)) for values in itertools.product(*several)]
    for values in drawn[:: max(1, len(drawn) // 6)]:
        found, asked = float(check(**values)), number.value(values)
        assert np.isfinite(asked)
        assert asked != 0
        near = {"rel": 0.03, "abs": 0.001} if check in DRAWN else {"rel": 1e-5}
        assert found == pytest.approx(asked, **near), (number.text, values)
        if number.within == 0:
            assert asked == round(asked), "a number that must be met exactly is whole"


@pytest.mark.parametrize(("name", "place"), NUMBERS)
def test_drawings_differ_and_come_again(name, place):
    number = BY_NAME[name].numbers[place]
    several = number.drawings(questions.DRAWINGS)
    assert len({one.text for one in several}) == len(several) == min(questions.DRAWINGS, _combinations(number))
    assert several == number.drawings(questions.DRAWINGS)
    assert len({number.drawn(f"student {k}").text for k in range(60)}) > 3
    for one in several:
        assert "{" not in one.text + one.reason
        assert question_files.plain_number(one.value) == f"{float(question_files.plain_number(one.value)):.10g}"
    for named in re.findall(r"\{(\w+)\}", number.text + number.reason):
        assert named in number.draw


def _combinations(number):
    return int(np.prod([len(values) for values in number.draw.values()]))


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("questions")
    question_files.write(BANK, questions.DRAWINGS, folder)
    return folder


# The children of each element, in order, as Moodle's import and its own export have them (docs.moodle.org, Moodle XML
# format; question/format/xml/format.php): a name, or a name with ? for one that may be missing, * for any number.
MOODLE = {
    "text": "",
    "category": "text",
    "name": "text",
    "questiontext": "text",
    "generalfeedback": "text",
    "correctfeedback": "text",
    "partiallycorrectfeedback": "text",
    "incorrectfeedback": "text",
    "feedback": "text",
    "answer": "text feedback tolerance?",
    **dict.fromkeys(("defaultgrade", "penalty", "hidden", "idnumber", "tolerance"), ""),
    **dict.fromkeys(("single", "shuffleanswers", "answernumbering"), ""),
}
GENERAL = "name questiontext generalfeedback defaultgrade penalty hidden idnumber"
MOODLE_QUESTIONS = {
    "category": "category",
    "multichoice": GENERAL + " single shuffleanswers answernumbering correctfeedback partiallycorrectfeedback"
    " incorrectfeedback answer*",
    "numerical": GENERAL + " answer*",
}


def fits(children, model):
    """Tell whether names come in a model's order and number."""
    pattern = "".join(f"(?:{part.rstrip('?*')} ){part[-1] if part[-1] in '?*' else ''}" for part in model.split())
    return re.fullmatch(pattern, "".join(f"{child} " for child in children)) is not None


@pytest.mark.parametrize("name", [*BY_NAME, "all"])
def test_moodle_xml_has_the_structure_that_moodle_reads(out, name):
    quiz = ET.parse(out / "moodle" / f"{name}.xml").getroot()
    assert quiz.tag == "quiz"
    assert {question.tag for question in quiz} == {"question"}
    assert quiz[0].get("type") == "category", "questions before a category would land anywhere"
    idnumbers = []
    for question in quiz:
        kind = question.get("type")
        assert fits([child.tag for child in question], MOODLE_QUESTIONS[kind]), kind
        for element in question.iter():
            if element is not question:
                assert fits([child.tag for child in element], MOODLE[element.tag]), element.tag
            if element.tag in ("questiontext", "generalfeedback", "correctfeedback", "feedback"):
                assert element.get("format") == "html"
                ET.fromstring(f"<div>{element.findtext('text') or ''}</div>")  # its HTML is whole
        if kind == "category":
            assert question.findtext("category/text").startswith("$course$/top/")
            continue
        idnumbers.append(question.findtext("idnumber"))
        fractions = [answer.get("fraction") for answer in question.iter("answer")]
        assert sorted(fractions) == ["0"] * (len(fractions) - 1) + ["100"]
        if kind == "multichoice":
            assert question.findtext("single") == "true"
            assert all(answer.findtext("feedback/text") for answer in question.iter("answer"))
        else:
            assert float(question.findtext("answer/tolerance")) >= 0
            float(question.findtext("answer/text"))
            assert question.findtext("generalfeedback/text")
    assert len(set(idnumbers)) == len(idnumbers)
    chapters = BANK if name == "all" else [BY_NAME[name]]
    assert len(idnumbers) == sum(len(c.choices) + sum(len(n.drawings(6)) for n in c.numbers) for c in chapters)


# From the information model of QTI 2.1 (IMS, Assessment Test, Section, and Item Information Model), the part that is
# used: element -> its children in order, and its attributes, the required ones with !.
QTI = {
    "assessmentItem": (
        "responseDeclaration* outcomeDeclaration* itemBody? responseProcessing? modalFeedback*",
        "identifier! title! adaptive! timeDependent!",
    ),
    "responseDeclaration": ("correctResponse?", "identifier! cardinality! baseType"),
    "correctResponse": ("value*", ""),
    "outcomeDeclaration": ("defaultValue?", "identifier! cardinality! baseType"),
    "defaultValue": ("value*", ""),
    "value": ("", ""),
    "choiceInteraction": ("prompt? simpleChoice*", "responseIdentifier! shuffle! maxChoices!"),
    "simpleChoice": (None, "identifier!"),
    "textEntryInteraction": ("", "responseIdentifier! expectedLength"),
    "responseProcessing": ("responseCondition* setOutcomeValue*", ""),
    "responseCondition": ("responseIf", ""),
    "setOutcomeValue": (None, "identifier!"),
    "match": ("variable correct", ""),
    "equal": ("variable correct", "toleranceMode! tolerance"),
    "variable": ("", "identifier!"),
    "correct": ("", "identifier!"),
    "baseValue": ("", "baseType!"),
    "modalFeedback": (None, "outcomeIdentifier! identifier! showHide!"),
    **dict.fromkeys(("responseIf", "itemBody", "prompt", "p", "em", "code", "sub"), (None, "")),
}
INLINE = {"em", "code", "sub"}
IDENTIFIER = re.compile(r"[^\W\d][\w.-]*")


def names_of(element):
    return element.tag.removeprefix(f"{{{question_files.QTI}}}")


def check_item(root):
    """Raise an error where an item isn't what QTI 2.1 says; return its parts by name."""
    for element in root.iter():
        name = names_of(element)
        children, attributes = QTI[name]
        below = [names_of(child) for child in element]
        if children is not None:
            assert fits(below, children), (name, below)
        if name in ("prompt", "simpleChoice", *INLINE):
            assert set(below) <= INLINE
        if name in ("itemBody", "modalFeedback"):
            assert set(below) <= {"p", "choiceInteraction"}, "text stands in blocks"
            assert not (element.text or "").strip()
        known = {attribute.rstrip("!") for attribute in attributes.split()}
        assert set(element.attrib) <= known
        assert {attribute[:-1] for attribute in attributes.split() if attribute.endswith("!")} <= set(element.attrib)
        for attribute in ("identifier", "responseIdentifier", "outcomeIdentifier"):
            assert IDENTIFIER.fullmatch(element.get(attribute, "x"))
    return {name: [e for e in root.iter() if names_of(e) == name] for name in QTI}


def test_qti_packages_hold_what_the_specification_says(out):
    for path in sorted((out / "qti").glob("*.zip")):
        with zipfile.ZipFile(path) as package:
            manifest = ET.fromstring(package.read("imsmanifest.xml"))
            space = {"cp": question_files.PACKAGE}
            assert [child.tag.rpartition("}")[2] for child in manifest] == ["metadata", "organizations", "resources"]
            resources = manifest.findall("cp:resources/cp:resource", space)
            listed = [resource.get("href") for resource in resources]
            assert sorted([*listed, "imsmanifest.xml"]) == sorted(package.namelist())
            assert len({resource.get("identifier") for resource in resources}) == len(resources)
            for resource in resources:
                assert resource.get("type") == "imsqti_item_xmlv2p1"
                assert resource.find("cp:file", space).get("href") == resource.get("href")
                check_scored(check_item(ET.fromstring(package.read(resource.get("href")))))


def check_scored(parts):
    """Check that an item has a right answer among its choices, or a number, and a reason for whatever is answered."""
    variables = {e.get("identifier") for e in parts["responseDeclaration"] + parts["outcomeDeclaration"]}
    assert variables == {"RESPONSE", "SCORE", "FEEDBACK"}
    (right,) = [value.text for value in parts["correctResponse"][0]]
    shown = {feedback.get("identifier") for feedback in parts["modalFeedback"]}
    if parts["choiceInteraction"]:
        letters = [choice.get("identifier") for choice in parts["simpleChoice"]]
        assert right in letters
        assert shown == set(letters)
        assert len(parts["match"]) == 1
    else:
        float(right)
        assert len(parts["textEntryInteraction"]) == len(parts["equal"]) == 1
        assert shown == {"REASON"}


def test_all_three_formats_have_the_same_right_answers_in_the_same_order(out):
    for chapter in BANK:
        quiz = ET.parse(out / "moodle" / f"{chapter.name}.xml").getroot()
        moodle = {q.findtext("idnumber"): [a.get("fraction") for a in q.iter("answer")] for q in quiz}
        answers = (out / "markdown" / f"{chapter.name}-answers.md").read_text(encoding="utf8")
        letters = re.findall(r"^\d+\. \*\*([A-Z])\*\*", answers, re.MULTILINE)
        asked = (out / "markdown" / f"{chapter.name}.md").read_text(encoding="utf8")
        with zipfile.ZipFile(out / "qti" / f"{chapter.name}.zip") as package:
            for choice, letter in zip(chapter.choices, letters, strict=True):
                place = question_files.LETTERS.index(letter)
                assert choice.answers[place].right
                assert moodle[choice.key].index("100") == place
                root = ET.fromstring(package.read(f"items/{choice.key}.xml"))
                assert check_item(root)["correctResponse"][0][0].text == letter
                assert choice.text in asked
                for answer in choice.answers:
                    assert answer.reason in answers
                    assert answer.reason not in asked, "the questions' sheet gives no reason away"


def test_the_same_bank_makes_the_same_bytes(out, tmp_path):
    question_files.write(BANK, questions.DRAWINGS, tmp_path)
    paths = sorted(path.relative_to(out) for path in out.rglob("*.*"))
    assert paths == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.*"))
    assert all((out / path).read_bytes() == (tmp_path / path).read_bytes() for path in paths)


def test_everybody_gets_numbers_of_their_own_and_the_answers_fit(tmp_path):
    students = tmp_path / "students.csv"
    students.write_text('id,name\nanna,"Berg, Anna"\n../Zoë Łukasz,Z\n=cmd,B\n', encoding="utf8")
    assert questions.sheets(BANK, students, tmp_path / "out") == 3
    sheets = sorted((tmp_path / "out" / "students").glob("*.md"))
    assert [sheet.name for sheet in sheets] == ["001-anna.md", "002-..-Zoë-Łukasz.md", "003--cmd.md"]
    asked = [sheet.read_text(encoding="utf8") for sheet in sheets]
    with (tmp_path / "out" / "students" / "answers.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    total = sum(len(chapter.numbers) for chapter in BANK)
    assert len(rows) == 3 * total
    for k, text in enumerate(asked):
        mine = rows[k * total : (k + 1) * total]
        assert all(f"{row['question']}. {row['text']}" in text for row in mine)
    assert sum(a["text"] != b["text"] for a, b in zip(rows[:total], rows[total : 2 * total], strict=True)) > total / 2
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"question": "Why?"}, "has the keys question"),
        ({"question": "Why?", "at": "x", "right": ["a", "b"], "wrong": []}, "two answers or more"),
        ({"question": "Why?", "at": "x", "right": ["a", ""], "wrong": [["b", "c"]]}, "'reason' is ''"),
    ],
)
def test_an_entry_that_lacks_something_is_named(entry, why):
    with pytest.raises(Exception, match=why):
        questions.written("gates", [entry])


def test_the_command_says_what_it_wrote(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(questions, "OUT", tmp_path / "out")
    monkeypatch.setattr(sys, "argv", ["questions.py"])
    questions.main()
    assert f"{sum(len(c.choices) + len(c.numbers) for c in BANK)} questions are in " in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["markdown", "moodle", "qti"]

"""The quiz in a browser: by mouse and keyboard, and as a widget."""

import pytest
from driving import set_from_python

from lstmlib.figures import Quiz
from lstmlib.figures.quiz import order

pytestmark = pytest.mark.browser
QUESTIONS = [
    {
        "question": "A unit's factor is `0.9`. What is left after ten steps?",
        "answers": [
            {"text": "9 %", "right": False, "reason": "The factor is applied *ten* times."},
            {"text": "About 35 %", "right": True, "reason": "0.9¹⁰ = 0.349."},
        ],
    },
    {
        "question": "Does a larger weight always help?",
        "answers": [
            {"text": "Yes", "right": False, "reason": "It saturates the unit, and f′ falls."},
            {"text": "No", "right": True, "reason": "As |w| grows, |f′ w| goes to 0."},
            {"text": "Only at 4", "right": False, "reason": "That is where it may first reach 1."},
        ],
    },
]
FIGURES = [Quiz(QUESTIONS), Quiz(QUESTIONS, chosen=[0, 1])]
HEARD = ("radio", "No", "Space", r"Right\. As \|w\| grows")


def answer(page, question, number):
    """Return an answer's label, by its number as it was given, wherever it stands."""
    return page.locator("lstm-quiz fieldset").nth(question).locator(f"[data-answer='{number}'] label")


def test_answers_stand_in_the_order_that_python_says(show):
    page = show(Quiz(QUESTIONS))
    for k, question in enumerate(QUESTIONS):
        texts = [question["answers"][place]["text"] for place in order(question)]
        assert page.locator("lstm-quiz fieldset").nth(k).locator("label").all_inner_texts() == texts


def test_quiz_by_mouse(show):
    page = show(Quiz(QUESTIONS))
    reasons = page.locator("lstm-quiz .reason:not([hidden])")
    assert reasons.count() == 0
    answer(page, 0, 0).click()
    assert reasons.all_inner_texts() == ["✗ Not yet. The factor is applied ten times."]
    answer(page, 0, 1).click()
    assert reasons.all_inner_texts() == ["✓ Right. 0.9¹⁰ = 0.349."]
    assert "1 of 2 right, 1 to go." in page.locator("lstm-quiz .says").inner_text()
    answer(page, 1, 2).click()
    assert "1 of 2 right." in page.locator("lstm-quiz .says").inner_text()
    page.get_by_role("button", name="Start again").click()
    assert reasons.count() == 0
    assert page.locator("lstm-quiz input:checked").count() == 0


def test_quiz_by_keyboard(show):
    page = show(Quiz(QUESTIONS), Quiz(QUESTIONS))
    first = page.locator("lstm-quiz").first
    for question in QUESTIONS:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(order(question).index(1)):
            page.keyboard.press("ArrowDown")
    assert first.evaluate("(quiz) => quiz.store.get('chosen')") == [1, 1]
    assert "2 of 2 right." in first.locator(".says").inner_text()
    assert page.locator("lstm-quiz").last.evaluate("(quiz) => quiz.store.get('chosen')") == []
    page.wait_for_function(
        "() => document.querySelector('lstm-quiz').shadowRoot.querySelector('[role=status]')"
        ".textContent.startsWith('Right.')"
    )


def test_quiz_marks_up_the_same_with_and_without_javascript(show):
    text = "<b>`x < y`</b> *so*: 2 * 3 * 4, W_hhᵀ h(t−1), `W_hh`, snake_case_name, * no *, a_1 `open"
    question = {"question": text, "answers": QUESTIONS[0]["answers"]}
    page = show(Quiz([question]))
    drawn = page.locator("lstm-quiz legend").evaluate("(legend) => legend.innerHTML.replace(/^<span.*?<.span>/, '')")
    marked = (
        "&lt;b&gt;<code>x &lt; y</code>&lt;/b&gt; <em>so</em>: 2 * 3 * 4, W<sub>hh</sub>ᵀ h(t−1), <code>W_hh</code>, "
        "snake_case_name, * no *, a<sub>1</sub> `open"
    )
    assert drawn == marked
    assert f"<p><strong>1. {marked}</strong></p>" in Quiz([question])._without_script()


def test_quiz_as_widget_goes_both_ways(widget):
    quiz = Quiz(QUESTIONS)
    page = widget(quiz)
    page.get_by_text("Yes").click()
    quiz.set_state({"chosen": page.evaluate("model.get('chosen')")})
    assert quiz.chosen == [-1, 0]
    set_from_python(page, "chosen", [1, 1])
    assert "2 of 2 right." in page.locator(".says").inner_text()
    set_from_python(page, "questions", QUESTIONS[:1])
    assert page.locator("fieldset").count() == 1

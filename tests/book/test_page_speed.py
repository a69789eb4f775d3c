"""The benchmark of the learner in the page runs, and JavaScript is faster than the learner that is to be read."""

import pytest

from lstmlib.bench.page import measure, serve

pytestmark = pytest.mark.browser


def test_javascript_is_faster_than_the_readable_learner_in_any_case(browser):
    page = browser.new_page()
    serve(page)
    _, faster = measure(page, 3, turns=40)
    page.close()
    assert faster.ratio > 5.0

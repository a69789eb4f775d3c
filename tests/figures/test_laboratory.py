"""Links to set-ups lead somewhere on every page that the figure opens, and once."""

import pytest

from lstmlib.figures import Laboratory


@pytest.mark.parametrize(
    ("state", "places"), [({}, 1), ({"experiment": "2c", "lag": 1000}, 1), ({"experiment": "6a", "mode": "race"}, 0)]
)
def test_places_of_the_links_stand_where_it_opens_a_page(state, places):
    text = Laboratory(**state)._html()
    for place in ("4", "3a;lag=1000", "6a;mode=eight"):
        assert text.count(f'<span id="lab:{place}">') == places

"""The labelled addresses: what they are, and how they were taken out of the package."""

from lstmlib.data import addresses, derived


def test_the_addresses():
    found = addresses()
    assert len(found) == 1513
    assert sum(len(address.words) for address in found) == 10722
    assert all(len(address.words) == len(address.labels) > 0 for address in found)
    assert len({label for address in found for label in address.labels}) == 29
    assert " ".join(found[0].words) == "8128 S. DR MARTIN LUTHER KING JR Drive"
    assert found[0].labels[-2:] == ("StreetName", "StreetNamePostType")


def test_neighbours_with_one_label_are_one_span():
    text = b"<A><S><N>1</N> <T>Main</T> <T>Street</T>\n<P>New  York,</P></S><S><N>2</N></S></A>"
    found = derived.unpacked("x.gz", derived.DERIVE["addresses.txt.gz"]({"labeled.xml": text}))
    assert found == b"N 1\tT Main Street\tP New York,\nN 2\n"

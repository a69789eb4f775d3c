"""Labels under the words of an address, as an interactive figure: two stored nets that run in the page when asked."""

import base64
from functools import cache
from pathlib import Path
from typing import Any

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Asking

CELLS = 80  # of each net

# What the labels of usaddress mean, in a word or two.
NAMES = {
    "AddressNumber": "house number",
    "AddressNumberPrefix": "before number",
    "AddressNumberSuffix": "after number",
    "BuildingName": "building",
    "CornerOf": "corner of",
    "CountryName": "country",
    "IntersectionSeparator": "and",
    "LandmarkName": "landmark",
    "NotAddress": "no address",
    "OccupancyIdentifier": "unit",
    "OccupancyType": "unit type",
    "PlaceName": "town",
    "Recipient": "recipient",
    "StateName": "state",
    "StreetName": "street",
    "StreetNamePostDirectional": "direction after",
    "StreetNamePostModifier": "modifier after",
    "StreetNamePostType": "type after",
    "StreetNamePreDirectional": "direction before",
    "StreetNamePreModifier": "modifier before",
    "StreetNamePreType": "type before",
    "SubaddressIdentifier": "part",
    "SubaddressType": "part type",
    "USPSBoxGroupID": "box group",
    "USPSBoxGroupType": "box group type",
    "USPSBoxID": "box number",
    "USPSBoxType": "box",
    "ZipCode": "zip code",
    "ZipPlus4": "zip, last four",
}


class Tagger(Asking):
    """An address that is labelled as it is typed: by a net that reads from the left, and by one that reads both ways.

    Args:
        asked: whether the reader has asked for the nets.
        text: the address.
        read: how many of its words are read; 0 for all.
        both: whether gates and contents are those of the net that reads both ways.
        cell: whose gates and content are shown, from 1; of both ways, 1 to 40 read from the left.
        off: cells of that net that are switched off.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "tagger"
    _esm = bundle.module_script("tagger")
    _state = ("asked", "text", "read", "both", "cell", "off")

    text = t.Unicode("12 St. Marys St St. Louis MO 63118").tag(sync=True)
    read = t.Int(0, min=0, max=14).tag(sync=True)
    both = t.Bool(True).tag(sync=True)
    cell = t.Int(1, min=1, max=CELLS).tag(sync=True)
    off = t.List(t.Int(min=1, max=CELLS)).tag(sync=True)

    @staticmethod
    @cache
    def given() -> dict[str, Any]:
        """Return what is loaded.

        Returns:
            "words" and "letters", which have vectors, in the order of those; "labels", what they mean in a word or two;
            "forward" and "both", the nets, each a safetensors file in base 64.
        """
        from lstmlib.studies.at_work.labelling.learn import FOLDER
        from lstmlib.studies.at_work.labelling.net import vocabulary
        from lstmlib.studies.at_work.labelling.parts import labels, training

        known = vocabulary(training("test"))
        nets = {name: _packed(FOLDER / f"labelling-{name}.safetensors") for name in ("forward", "both")}
        return {
            "words": list(known.words),
            "letters": known.letters,
            "labels": [NAMES[name] for name in labels()],
            **nets,
        }


def _packed(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()

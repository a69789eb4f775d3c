"""What every interactive figure is: in JupyterLab a widget that Python can read and set, in the book the figure alone.

safe = Safe()
safe                            # as a cell's last line: shows it
safe.input_gate                 # what the reader has set
safe.step = 5                   # the figure follows
"""

import base64
import html
import json
import re
from pathlib import Path
from typing import Any, ClassVar

try:
    import anywidget
    import traitlets as t
except ImportError as error:
    raise ImportError("the figures need anywidget: pip install anywidget") from error

from lstmlib.page import bundle

PLAY = "run the cell, or open the page with JavaScript, to play with it."
STILL, ELSE = f"A still picture; {PLAY}", f"A still picture, in other settings than this page's; {PLAY}"
GIVEN = "given"  # the folder beside the figures' script that holds what figures ask for


class Figure(anywidget.AnyWidget):  # type: ignore[misc]  # it comes without types
    """A figure with its state: the traits named in ``_state``, which a page gets as attributes."""

    _name: ClassVar[str] = ""
    _state: ClassVar[tuple[str, ...]] = ()

    def _changed(self) -> dict[str, Any]:
        """Return what differs from a new figure's state, by name."""
        now = {name: getattr(self, name) for name in self._state}
        return {name: value for name, value in now.items() if value != self.traits()[name].default()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._changed().items())})"

    def _still(self) -> str:
        """Return the name of the still picture that shows this figure."""
        return self._name

    def _shown_still(self) -> bool:
        """Return whether that picture shows this figure as it is set, and not only its kind."""
        return True

    def _without_script(self) -> str:
        """Return what stands in the figure's place where no JavaScript runs."""
        svg = bundle.still(self._still())
        title = re.search("<title>(.*?)</title>", svg)
        alt = title.group(1) if title else ""
        # As an image, not as elements: JupyterLab takes the elements out of a page that has not been run yet.
        source = base64.b64encode(svg.encode()).decode()
        said = STILL if self._shown_still() else ELSE
        return f'<img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{source}"><p>{said}</p>'

    def _html(self) -> str:
        tag = "lstm-" + self._name.replace("_", "-")
        attributes = "".join(
            f' {name.replace("_", "-")}="{html.escape(_attribute(value))}"' for name, value in self._changed().items()
        )
        return f'<{tag} class="lstm-figure"{attributes}>{self._without_script()}</{tag}>'

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": repr(self), "text/html": self._html()}, metadata


class Asking(Figure):
    """A figure that loads something large, a net, only when the reader asks for it: ``given`` returns it.

    Its script says ``const given = asking(store, name, what)``. A page then finds it in a file of its own
    (``given_script``); in JupyterLab the script asks this class for it.

    Args:
        asked: whether the reader has asked.
    """

    asked = t.Bool(False).tag(sync=True)

    def __init__(self, **state: Any) -> None:
        super().__init__(**state)
        self.on_msg(self._answer)

    @staticmethod
    def given() -> dict[str, Any]:
        """Return what is loaded, as JSON has it; nets as safetensors files in base 64."""
        raise NotImplementedError

    def _answer(self, widget: Any, content: Any, buffers: Any) -> None:
        if content == {"ask": self._name}:
            self.send({"given": self.given()})

    @classmethod
    def given_script(cls) -> str:
        """Return the script that a page runs to get it: a script loads from a file's address, where JSON doesn't."""
        text = json.dumps(cls.given(), ensure_ascii=False, separators=(",", ":"))
        return f'(window.lstmGiven ??= {{}})["{cls._name}"] = {text};\n'


def write_given(folder: Path) -> None:
    """Write the scripts of all figures that ask into a folder's ``GIVEN``, each of the figure's name.

    Args:
        folder: where the figures' script is.
    """
    (folder / GIVEN).mkdir(parents=True, exist_ok=True)
    for figure in Asking.__subclasses__():
        (folder / GIVEN / f"{figure._name}.js").write_text(figure.given_script(), encoding="utf8")


def _attribute(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def check_numbers(name: str, value: list[float], length: int, low: float, high: float) -> list[float]:
    """Return the list if it is of that length and range."""
    if len(value) != length:
        raise t.TraitError(f"{name} has {len(value)} numbers, expected {length}")
    wrong = [number for number in value if not low <= number <= high]
    if wrong:
        raise t.TraitError(f"{name} holds {wrong[0]}, expected numbers from {low:g} to {high:g}")
    return value

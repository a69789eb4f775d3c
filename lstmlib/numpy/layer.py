"""What all layers share: parameters that can be assigned, caches that belong to their layer, what is printed of it."""

import inspect
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Generic, TypeVar

import numpy as np

from lstmlib.numpy.checks import Array, listed, named, shown
from lstmlib.numpy.params import Parameters, copies

Kept = TypeVar("Kept")

# What torch.nn's layers take by these names, and how to say it here.
TORCH = {
    "num_layers": "this layer has one level; Stack puts several on top of each other",
    "bias": "every layer that has biases keeps them; set them to 0 if you want none",
    "batch_first": "sequences are (T, N, D) here: pass x.swapaxes(0, 1)",
    "bidirectional": "use Bidirectional(layer, another), and Stack for several levels of them",
    "dropout": "there is none here; torch.nn has it",
    "dropout1": "there is none here; torch.nn has it",
    "proj_size": "use ProjectedLSTM(input_size, num_cells, proj_size)",
    "device": "NumPy has one device; lstmlib.torch has the same layers for others",
    "padding_idx": "any symbol will do for padding: lengths or a mask say where it is",
    "in_features": "use input_size",
    "out_features": "use output_size",
    "num_embeddings": "use num_symbols",
    "embedding_dim": "use embed_size",
    "normalized_shape": "use size, one integer",
    "elementwise_affine": "gains and offsets are always there",
    "embed_dim": "use embed_size",
    "d_model": "use embed_size",
    "nhead": "use num_heads",
    "dim_feedforward": "use feedforward_size",
    "layer_norm_eps": "eps is 1e-5 here, as it is there unless told",
    "norm_first": 'use norm="pre" or norm="post"',
    "is_causal": "use causal",
    "kdim": "the memory is as wide as x here",
    "vdim": "the memory is as wide as x here",
    "out_channels": "use hidden_channels",
    "generator": "use rng, a numpy.random.Generator",
}


class NotFinite(ValueError):
    """A layer that made infinity or NaN of finite numbers."""

    def __init__(self, message: str, path: str = "", layer: Any = None) -> None:
        super().__init__(message, path)
        self.message, self.path, self.layer = message, path, layer

    def __str__(self) -> str:
        """Return which part of the net it is, and what is wrong."""
        return f"{self.path}: {self.message}" if self.path else self.message


@contextmanager
def naming_part(net: Any, parts: Mapping[str, Any]) -> Iterator[None]:
    """Say, if a part of a net explodes, by which name the net calls it."""
    try:
        yield
    except NotFinite as error:
        path = [*(name for name, layer in parts.items() if layer is error.layer), *filter(None, [error.path])]
        raise NotFinite(error.message, ".".join(path), net) from None


class Cache(Generic[Kept]):
    """What one ``forward`` keeps for ``backward``: of which layer, with which parameters, and its arrays by name.

    The arrays can be read as attributes: ``cache.gates``. The parameters are those of that ``forward``, so that
    ``backward`` is its gradient even if an optimiser has changed the layer's since.
    """

    __slots__ = ("kept", "layer", "params")

    def __init__(self, layer: "Layer", params: Mapping[str, Array], kept: Kept) -> None:
        self.layer, self.params, self.kept = layer, params, kept

    def __getattr__(self, name: str) -> Any:
        """Return one of the arrays."""
        if name.startswith("__") or name in Cache.__slots__:
            raise AttributeError(name)
        return getattr(self.kept, name)

    def __getitem__(self, k: Any) -> Any:
        """Return the cache of one of several levels."""
        return self.kept[k]  # type: ignore[index]

    def __len__(self) -> int:
        """Return how many arrays, or levels, there are."""
        return len(self.kept)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        """Return whose it is."""
        return f"<cache of {self.layer!r}>"


class Layer:
    """A layer of ``lstmlib.numpy``: a subclass says what ``forward`` and ``backward`` do."""

    _copies: Mapping[str, Array] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        answer_torch(cls)

    @property
    def params(self) -> Parameters:
        """The layer's parameters, name -> array: its own arrays. To assign copies numbers into them.

        All at once, ``layer.params = {...}``, may be of another dtype, which is then the layer's.
        """
        return self._parameters()

    @params.setter
    def params(self, values: Mapping[str, Array]) -> None:
        if self._parts():
            self.params.replace(values)
        elif "params" in vars(self):
            vars(self)["params"] = self._parameters().replace(values, any_dtype=True)
        else:
            vars(self)["params"] = Parameters(values)

    def _parameters(self) -> Parameters:
        """Return the layer's own parameters; a net of several parts joins theirs."""
        own: Parameters = vars(self)["params"]
        return own

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns."""
        return sum(value.size for value in self.params.values())

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """The parameters' dtype, which ``x``, ``state`` and ``dy`` must have; ``None`` where there are none."""
        for layer in self._parts().values():
            return getattr(layer, "dtype", None)
        for value in self.params.values():
            return value.dtype
        return None

    def _parts(self) -> Mapping[str, Any]:
        """Return the layers that a net is made of, by what it calls them."""
        return {}

    def __repr__(self) -> str:
        """Return the call that makes such a layer: its sizes, and what differs from the defaults."""
        return f"{type(self).__name__}({', '.join(arguments_of(self, self._setting, ('rng',)))})"

    def _setting(self, name: str) -> Any:
        """Return the value of one of the constructor's arguments."""
        return getattr(self, name)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: the copies that caches share are not."""
        return {name: value for name, value in vars(self).items() if name != "_copies"}

    def keep(self, kept: Kept) -> Cache[Kept]:
        """Return the cache of a ``forward`` with the parameters as they are now."""
        if self._parts():  # which keep theirs
            return Cache(self, {}, kept)
        self._copies = copies(self.params, self._copies)
        return Cache(self, self._copies, kept)

    def recall(self, cache: Any) -> tuple[Any, Any]:
        """Return what ``forward`` kept, and its parameters.

        Raises:
            TypeError: something else than a cache.
            ValueError: the cache of another layer.
        """
        if not isinstance(cache, Cache):
            hint = "y, state, cache = layer.forward(x); layer.backward(cache, dy)"
            raise TypeError(f"cache is {named(cache)}, expected the third that forward returned: {hint}")
        if cache.layer is not self:
            same = ", another layer" if repr(cache.layer) == repr(self) else ""
            raise ValueError(f"cache is of {shown(cache.layer)}{same}, expected one that this {shown(self)} returned")
        return cache.kept, cache.params


def is_finite(arrays: Iterable[Any]) -> bool:
    """Tell whether no number of the arrays is infinite or NaN; what is no array of floats doesn't count."""
    found = [array for array in _flat(arrays) if array is not None and array.dtype.kind == "f"]
    # Sums are fast, and finite only if all numbers are; if they are not, they may have overflown themselves.
    return math.isfinite(sum(float(np.add.reduce(array, axis=None)) for array in found)) or all(
        np.isfinite(array).all() for array in found
    )


def _flat(arrays: Iterable[Any]) -> Iterator[Any]:
    for array in arrays:
        if isinstance(array, tuple):
            yield from array
        else:
            yield array


def check_finite(
    layer: Any, out: Mapping[str, Any], given: Callable[[], Iterable[Any]], params: Mapping[str, Array]
) -> None:
    """Refuse to hand on NaN, or infinity that the layer itself has made of finite numbers.

    Args:
        layer: whose they are.
        out: what it hands on, by what it is called; arrays (T, N, ...) first, by the step.
        given: returns what it was given; if that is not finite, the layer is not to blame, and infinity may go on.
        params: its parameters; if they are not finite, the error names them.

    Raises:
        NotFinite: it has.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if is_finite(out.values()):
            return
        blame = is_finite(given())
    if bad := [name for name, value in params.items() if not np.isfinite(value).all()]:
        raise NotFinite(f"{shown(layer)} has parameters that are not finite: {listed(bad)}", layer=layer)
    for name, value in out.items():
        for k, array in enumerate(value if isinstance(value, tuple) else (value,)):
            if not is_finite([array]):
                called = f"{name}[{k}]" if isinstance(value, tuple) else name
                if not blame and not np.isnan(array).any():
                    continue  # infinity goes in, infinity comes out
                where = _where(called, array)
                if not blame:
                    raise NotFinite(f"{shown(layer)} makes NaN of the infinity that came in: {where}", layer=layer)
                raise NotFinite(
                    f"{shown(layer)} explodes: {where}, although what came in and the parameters are finite; "
                    "smaller weights or a smaller learning rate may help, for gradients clip_grad_norm",
                    layer=layer,
                )


def _where(name: str, array: Array) -> str:
    """Say which entry of an array is the first that is not finite; of (T, N, ...), at which step."""
    bad = ~np.isfinite(array)
    if name not in ("y", "dx"):
        first = tuple(int(k) for k in np.argwhere(bad)[0])
        return f"{name} is not finite, {array[first]} at index {first}"
    steps = np.flatnonzero(bad.reshape(len(bad), -1).any(1))
    t = int(steps[0] if name == "y" else steps[-1])  # an error goes from the last step to the first
    first = (t, *(int(k) for k in np.argwhere(bad[t])[0]))
    return f"{name} is not finite from step {t} on, {array[first]} at index {first}"


def arguments_of(layer: Any, setting: Callable[[str], Any], aside: Collection[str]) -> Iterator[str]:
    """Yield the arguments of the call that makes such a layer: its sizes, and what differs from the defaults.

    Args:
        layer: the layer.
        setting: returns the value of one of its constructor's arguments.
        aside: arguments that are left out.
    """
    for name, parameter in inspect.signature(type(layer)).parameters.items():
        if name in aside or parameter.kind is parameter.VAR_KEYWORD:
            continue
        try:
            value = setting(name)
        except AttributeError:  # people's own layers need not keep what they were made with
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            yield from map(repr, value)
        elif parameter.default is parameter.empty:
            yield repr(value)
        elif name == "dtype":
            if value != parameter.default:
                yield f"dtype={value}"
        elif value is not parameter.default and value != parameter.default:
            yield repr(value) if parameter.kind is parameter.POSITIONAL_OR_KEYWORD else f"{name}={shown(value)}"


def answer_torch(cls: type, answers: Mapping[str, str] = TORCH) -> None:
    """Let a class's constructor answer arguments that it doesn't take, torch.nn's among them, with what to say here.

    Args:
        cls: the class.
        answers: argument in the manner of torch.nn -> what to say here.

    Raises:
        TypeError: when the class is called so.
    """
    if "__init__" not in cls.__dict__:
        return
    init: Callable[..., None] = cls.__dict__["__init__"]
    code = init.__code__
    known = {*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]}
    by_position = code.co_varnames[1 : code.co_argcount]
    by_name = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    open_ended, any_name = bool(code.co_flags & inspect.CO_VARARGS), bool(code.co_flags & inspect.CO_VARKEYWORDS)

    @wraps(init)
    def answering(self: Any, *args: Any, **kwargs: Any) -> None:
        name = type(self).__name__
        for key in kwargs.keys() - known if not any_name else ():
            takes = listed([*by_position, *by_name] or ["layers"])
            raise TypeError(f"{name} takes no {key}: {answers.get(key, f'it takes {takes}')}")
        if len(args) > len(by_position) and not open_ended:
            what = " and ".join(filter(None, [", ".join(by_position[:-1]), *by_position[-1:]]))
            hints = {"num_layers": "num_layers=2", "causal": "causal=True", "rng": "rng=rng", "dtype": "dtype=dtype"}
            more = next((hint for key, hint in hints.items() if key in known), None)
            raise TypeError(
                f"{name} got {len(args)} arguments by position, expected at most {len(by_position)}, {what}: "
                + (f"give the others by name, as in {more}" if more else "it takes no others")
            )
        init(self, *args, **kwargs)

    cls.__init__ = answering  # type: ignore[misc]

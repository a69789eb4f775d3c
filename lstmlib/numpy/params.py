"""A layer's parameters by name: a dict whose arrays are the layer's own, and stay so."""

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from lstmlib.numpy.checks import FLOATS, Array, check_array, listed, named, shown


class Parameters(dict[str, Array]):
    """name -> array. To assign copies the numbers into the layer's own array, which optimisers may hold already.

    So ``layer.params["weight"] = w`` works on a layer and on a net of several, and ``layer.params["weight"][0] = 1``
    does as well. Names can't be added or taken away.

    Raises:
        KeyError: a name that the layer doesn't have.
        TypeError, ValueError: no array of the parameter's shape and dtype, or NaN in it.
    """

    def __setitem__(self, name: str, value: Array) -> None:
        """Copy ``value`` into the array of that name."""
        self.update({name: value})

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Copy all the arrays given, or, after an error, none."""
        given = dict(*args, **kwargs)
        for name, value in given.items():
            if name not in self:
                raise KeyError(f"params has no {shown(name)}, expected one of {listed(self)}")
            own = self[name]
            if value is not own:  # it is after params["weight"] += 1
                check_array(f"params[{name!r}]", value, own.shape, dtype=own.dtype)
        for name, value in given.items():
            self[name][...] = value

    def replace(self, values: Any, *, any_dtype: bool = False) -> "Parameters":
        """Copy arrays for all names, or, after an error, none; return self, or new ones where the dtype is another.

        Args:
            values: name -> array.
            any_dtype: whether they may all be of one other dtype.

        Raises:
            KeyError, TypeError, ValueError: as for one; or a name that is missing.
        """
        if not isinstance(values, Mapping):
            raise TypeError(f"params is {named(values)}, expected a dict with the names {listed(self)}")
        if missing := [name for name in self if name not in values]:
            raise KeyError(f"params lacks {listed(missing)}, expected all of {listed(self)}")
        dtypes = {getattr(value, "dtype", None) for value in values.values()}
        if any_dtype and len(dtypes) == 1 and dtypes <= set(FLOATS):
            new = Parameters({name: np.zeros(value.shape, *dtypes) for name, value in self.items()})
            new.update(values)
            if {value.dtype for value in self.values()} != dtypes:
                return new
        self.update(values)
        return self

    def __ior__(self, other: Any) -> "Parameters":  # type: ignore[override,misc]
        """Copy all the arrays given, or, after an error, none."""
        self.update(other)
        return self

    def setdefault(self, name: str, default: Any = None) -> Array:
        """Return the array of that name, which must be there."""
        if name not in self:
            raise KeyError(f"params has no {shown(name)}, expected one of {listed(self)}")
        return self[name]

    def _refuse(self, *args: Any) -> NoReturn:
        raise TypeError(f"a layer's parameters can't be taken away: it has {listed(self)}")

    __delitem__ = pop = popitem = clear = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to pickle it: from a plain dict, since names can't be added one by one."""
        return Parameters, (dict(self),)


def copies(params: Mapping[str, Array], like: Mapping[str, Array] | None) -> Mapping[str, Array]:
    """Return the parameters as they are now: ``like``, if nothing has changed since it was taken, or copies."""
    if like is not None and all((like[name] == value).all() for name, value in params.items()):
        return like
    return {name: value.copy() for name, value in params.items()}

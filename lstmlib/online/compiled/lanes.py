"""Eight floats as one value in Numba: what a processor's widest registers hold, and take in one instruction.

Numba leaves it to the compiler to find out which loops could take several numbers at once, and it seldom dares to where
arrays might overlap. Here a value *is* eight floats (LLVM's <8 x double>), so that there is nothing to find out. Arrays
have rows of eight::

    eight = load(array, row)                 # array (rows, 8)
    store(array, row, fused(eight, eight, 1.0))
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LANES = 8
FLOATS = ir.VectorType(ir.DoubleType(), LANES)
WHOLE = ir.VectorType(ir.IntType(64), LANES)


class Eight(types.Type):  # type: ignore[misc]
    """The type of eight floats."""

    def __init__(self) -> None:
        super().__init__(name="Eight")


eight = Eight()


@register_model(Eight)  # type: ignore[untyped-decorator]
class EightModel(models.PrimitiveModel):  # type: ignore[misc]
    """How it lies in registers: as LLVM's own vector."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, FLOATS)


def splat(builder: Any, value: Any) -> Any:
    """Return eight times the same; what is eight already stays."""
    if value.type == FLOATS:
        return value
    found = ir.Constant(FLOATS, ir.Undefined)
    for i in range(LANES):
        found = builder.insert_element(found, value, ir.Constant(ir.IntType(32), i))
    return found


def _define(operation: Any, build: Callable[[Any, Any, Any], Any]) -> None:
    """Teach Numba an operator on eights, and on an eight and a float."""
    pairs = [(eight, eight), (eight, types.float64), (types.float64, eight)]

    class Template(ConcreteTemplate):  # type: ignore[misc]
        key = operation
        cases = [signature(eight, *pair) for pair in pairs]  # noqa: RUF012

    infer_global(operation)(Template)

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return build(builder, splat(builder, arguments[0]), splat(builder, arguments[1]))

    for pair in pairs:
        lower_builtin(operation, *pair)(lower)


_define(operator.add, lambda builder, a, b: builder.fadd(a, b))
_define(operator.iadd, lambda builder, a, b: builder.fadd(a, b))
_define(operator.sub, lambda builder, a, b: builder.fsub(a, b))
_define(operator.mul, lambda builder, a, b: builder.fmul(a, b))
_define(operator.truediv, lambda builder, a, b: builder.fdiv(a, b))


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Return a pointer to the float at a flat index."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [index])


def _row(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    place = _place(context, builder, kind, array, builder.mul(row, ir.Constant(row.type, LANES)))
    return builder.bitcast(place, FLOATS.as_pointer())


@intrinsic  # type: ignore[untyped-decorator]
def load(typingctx: Any, array: Any, row: Any) -> Any:
    """Return a row of an array of eights."""

    def build(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return builder.load(_row(context, builder, sig.args[0], *arguments), align=8)

    return eight(array, types.intp), build


@intrinsic  # type: ignore[untyped-decorator]
def store(typingctx: Any, array: Any, row: Any, value: Any) -> Any:
    """Write a row of an array of eights."""

    def build(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        value = splat(builder, arguments[2])
        builder.store(value, _row(context, builder, sig.args[0], *arguments[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), build


def _each(context: Any, builder: Any, sig: Any, arguments: Any) -> list[Any]:
    """Return pointers to lane i of row rows[i] * step + row, for the eight lanes."""
    array, rows, step, row = arguments[:4]
    starts = context.make_array(sig.args[1])(context, builder, rows).data
    places = []
    for i in range(LANES):
        number = builder.load(builder.gep(starts, [ir.Constant(ir.IntType(64), i)]))
        index = builder.mul(builder.add(builder.mul(number, step), row), ir.Constant(row.type, LANES))
        places.append(_place(context, builder, sig.args[0], array, builder.add(index, ir.Constant(row.type, i))))
    return places


@intrinsic  # type: ignore[untyped-decorator]
def gather(typingctx: Any, array: Any, rows: Any, step: Any, row: Any) -> Any:
    """Return an eight whose lane i is from row rows[i] * step + row."""

    def build(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        found = ir.Constant(FLOATS, ir.Undefined)
        for i, place in enumerate(_each(context, builder, sig, arguments)):
            found = builder.insert_element(found, builder.load(place), ir.Constant(ir.IntType(32), i))
        return found

    return eight(array, rows, types.intp, types.intp), build


@intrinsic  # type: ignore[untyped-decorator]
def scatter_add(typingctx: Any, array: Any, rows: Any, step: Any, row: Any, value: Any) -> Any:
    """Add an eight where ``gather`` with the same arguments takes it from."""

    def build(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        for i, place in enumerate(_each(context, builder, sig, arguments)):
            part = builder.extract_element(arguments[4], ir.Constant(ir.IntType(32), i))
            builder.store(builder.fadd(builder.load(place), part), place)
        return context.get_dummy_value()

    return types.void(array, rows, types.intp, types.intp, eight), build


@intrinsic  # type: ignore[untyped-decorator]
def fused(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a b + c, rounded once; eights, or floats for eight times the same."""

    def build(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(FLOATS, [FLOATS] * 3)
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.fma.v8f64")
        return builder.call(function, [splat(builder, part) for part in arguments])

    return eight(a, b, c), build


@intrinsic  # type: ignore[untyped-decorator]
def _clip(typingctx: Any, value: Any, bound: Any) -> Any:
    """Return what is nearest to each float in [-bound, bound]."""

    def build(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        value, bound = arguments[0], splat(builder, arguments[1])
        least = builder.fsub(ir.Constant(FLOATS, [-0.0] * LANES), bound)
        value = builder.select(builder.fcmp_ordered(">", value, bound), bound, value)
        return builder.select(builder.fcmp_ordered("<", value, least), least, value)

    return eight(eight, types.float64), build


@intrinsic  # type: ignore[untyped-decorator]
def _times_power_of_two(typingctx: Any, value: Any, exponent: Any) -> Any:
    """Return value times 2 to the power that stands in the lowest bits of ``exponent``."""

    def build(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        value, exponent = (builder.bitcast(part, WHOLE) for part in arguments)
        shifted = builder.shl(exponent, ir.Constant(WHOLE, [52] * LANES))
        return builder.bitcast(builder.add(value, shifted), FLOATS)

    return eight(eight, eight), build


@njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def logistic(x: Any) -> Any:
    """Return 1 / (1 + exp(-x)) of eight floats: exact to the last digits, and the same on every machine."""
    z = _clip(0.0 - x, 700.0)
    shifted = fused(z, 1.4426950408889634, 6755399441055744.0)  # rounds z / ln 2 to an integer, in the lowest bits
    k = shifted - 6755399441055744.0
    r = fused(k, -1.4286068203094173e-06, fused(k, -0.693145751953125, z))  # |r| <= ln 2 / 2; ln 2 in two parts
    r2 = r * r
    r4 = r2 * r2
    # The series of exp to r^13, added in pairs.
    low = fused(r2, fused(r, 0.16666666666666666, 0.5), r + 1.0)
    middle = fused(
        r2,
        fused(r, 0.0001984126984126984, 0.001388888888888889),
        fused(r, 0.008333333333333333, 0.041666666666666664),
    )
    high = fused(
        r2,
        fused(r, 2.505210838544172e-08, 2.755731922398589e-07),
        fused(r, 2.7557319223985893e-06, 2.48015873015873e-05),
    )
    top = fused(r, 1.6059043836821613e-10, 2.08767569878681e-09)
    p = fused(r4, fused(r4, fused(r4, top, high), middle), low)
    return 1.0 / (_times_power_of_two(p, shifted) + 1.0)


def aligned_rows(count: int) -> Floats:
    """Return zeros (count, 8), each row in one line of the processor's cache."""
    line = 8 * LANES
    room = np.zeros(count * LANES + LANES)
    start = -room.ctypes.data % line // 8
    return room[start : start + count * LANES].reshape(count, LANES)

"""What a ``torch.nn.Module`` is: ours as in NumPy, torch.nn's own in our words where ours compute the same."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.linear import NonDynamicallyQuantizableLinear
from torch.nn.parameter import is_lazy

import lstmlib.torch as lt
from lstmlib.files.description import Description, inside, kind_of, levels_of, plain, plain_class, settings_of
from lstmlib.torch.recurrent import Recurrent

Part = tuple[str, str, Description]

# They hold parts, or pass on what comes in, and compute nothing when a net isn't learning.
NOTHING = (
    nn.ModuleList,
    nn.ModuleDict,
    nn.ParameterList,
    nn.ParameterDict,
    nn.Identity,
    nn.Dropout,
    nn.Dropout1d,
    nn.Dropout2d,
    nn.Dropout3d,
    nn.AlphaDropout,
    nn.FeatureAlphaDropout,
)
# Settings of torch.nn's layers that say how a call is laid out or how they learn, and not what they compute.
ASIDE = {"batch_first", "dropout", "inplace", "scale_grad_by_freq", "sparse", "training"}
RELU = (F.relu, torch.relu)


def tensors(root: nn.Module) -> tuple[dict[str, Any], set[str]]:
    """Return what a module's state is made of, by name, and which of these are learnt parameters.

    It is the ``state_dict``, and the same of modules in lists, tuples and dicts, which it leaves out.
    """
    found: dict[str, Any] = {}
    registered = set(map(id, root.modules()))
    hidden = {path: part for path, part in all_modules(root).items() if id(part) not in registered}
    tops = {path: part for path, part in hidden.items() if path.rpartition(".")[0] not in hidden}
    for path, part in {"": root, **tops}.items():
        found |= part.state_dict(prefix=f"{path}." if path else "", keep_vars=True)
    learnt = {name for name, value in found.items() if isinstance(value, nn.Parameter)}
    numbers = {name for name, value in found.items() if isinstance(value, Tensor) and not is_lazy(value)}
    return {name: value.detach() if name in numbers else value for name, value in found.items()}, learnt


def unwrapped(module: nn.Module) -> nn.Module:
    """Return the module in the wrappers of ``torch.compile``, ``DataParallel`` and its like, which compute the same."""
    while True:
        inner = getattr(module, "_orig_mod", None)
        if inner is None and isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel):
            inner = module.module
        if not isinstance(inner, nn.Module):
            return module
        module = inner


def parts(root: nn.Module) -> Iterator[Part]:
    """Yield path, class and settings of a module and of every module within it."""
    modules, said = all_modules(root), set[int]()  # the latter: what the module around it has said already
    for path, module in modules.items():
        if id(module) not in said:
            yield from _describe(path, module)
        cls = plain_class(type(module))
        if cls in (lt.Stack, lt.Bidirectional):
            said |= {id(part) for part in module.modules() if isinstance(part, lt.Bidirectional | Recurrent)}
        elif cls in (lt.MultiHeadAttention, nn.MultiheadAttention):
            said.add(id(module.out_proj))
        elif cls is nn.TransformerEncoderLayer:
            said.add(id(module.activation))


def all_modules(root: nn.Module) -> dict[str, nn.Module]:
    """Return every module by its path: also those that lists, tuples and dicts hold, which torch doesn't see."""
    found = dict(root.named_modules(remove_duplicate=False))
    known = set(map(id, found.values()))
    for path, module in list(found.items()):
        for name, value in vars(module).items():
            if name in ("_modules", "_parameters", "_buffers"):
                continue
            for at, hidden in inside(name, value, lambda item: isinstance(item, nn.Module)):
                if id(hidden) not in known:
                    prefix = f"{path}.{at}".lstrip(".")
                    more = {f"{prefix}.{below}".rstrip("."): part for below, part in all_modules(hidden).items()}
                    found |= more
    return found


def _describe(path: str, module: nn.Module) -> Iterator[Part]:
    """Yield what one module is: nothing, one part, or a recurrent net's levels; modules in it come by themselves."""
    cls = plain_class(type(module))
    if cls in NOTHING:
        return
    if cls in (lt.Stack, lt.Bidirectional) or isinstance(module, Recurrent):
        yield from levels_of(path, module, (lt.Stack, lt.Bidirectional))
    elif cls in TORCH_NN:
        yield from TORCH_NN[cls](path, module)
    elif cls.__module__.startswith("torch."):
        values = {name: plain(value) for name, value in vars(module).items() if not name.startswith("_")}
        yield path, kind_of(cls), {k: v for k, v in values.items() if v is not ... and k not in ASIDE}
    else:
        yield path, kind_of(cls), settings_of(module, cls)


def _recurrent(kind: str, settings: Callable[[Any], Description]) -> Callable[[str, Any], Iterator[Part]]:
    def describe(path: str, module: Any) -> Iterator[Part]:
        alone = module.num_layers == 1 and not module.bidirectional
        for k in range(module.num_layers):
            for end in ("", "_reverse") if module.bidirectional else ("",):
                yield path if alone else f"{path}.l{k}{end}".lstrip("."), f"lstmlib.{kind}", settings(module)

    return describe


def _one(kind: str, settings: Callable[[Any], Description]) -> Callable[[str, Any], Iterator[Part]]:
    def describe(path: str, module: Any) -> Iterator[Part]:
        yield path, f"lstmlib.{kind}", settings(module)

    return describe


def _norm(module: Any) -> Description:
    """Return a layer norm's settings; its shape too, where no parameter has it."""
    return {"eps": module.eps} | ({} if module.elementwise_affine else {"size": list(module.normalized_shape)})


def _embedding(module: Any) -> Description:
    """Return an embedding's settings: the row of ``padding_idx`` is looked up like any other, and only not learnt."""
    return {} if module.max_norm is None else {"max_norm": module.max_norm, "norm_type": module.norm_type}


def _encoder(module: Any) -> Description:
    """Return the settings of torch.nn's encoder layer, in the words of ``TransformerBlock``."""
    f = module.activation
    if f in RELU or type(f) is nn.ReLU:
        activation = "relu"
    elif f is F.gelu or (type(f) is nn.GELU and f.approximate == "none"):
        activation = "gelu"
    else:
        activation = kind_of(type(f)) if isinstance(f, nn.Module) else plain(f)
    return {"norm": "pre" if module.norm_first else "post", "activation": activation}


# torch.nn's own classes, exactly: a subclass may compute something else.
TORCH_NN: dict[type, Callable[[str, Any], Iterator[Part]]] = {
    nn.RNN: _recurrent("RNN", lambda module: {"nonlinearity": module.nonlinearity}),
    nn.LSTM: lambda path, module: _recurrent("ProjectedLSTM" if module.proj_size else "LSTM", lambda m: {})(
        path, module
    ),
    nn.GRU: _recurrent("GRU", lambda module: {"reset": "after"}),
    nn.Linear: _one("Linear", lambda module: {}),
    NonDynamicallyQuantizableLinear: _one("Linear", lambda module: {}),
    nn.Embedding: _one("Embedding", _embedding),
    nn.LayerNorm: _one("LayerNorm", _norm),
    nn.MultiheadAttention: _one(
        "MultiHeadAttention", lambda m: {"num_heads": m.num_heads, "add_zero_attn": m.add_zero_attn}
    ),
    nn.TransformerEncoderLayer: _one("TransformerBlock", _encoder),
}

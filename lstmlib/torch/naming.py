"""Nets of several recurrent layers whose parameters have torch.nn's names wherever torch asks for them by name."""

from typing import Any

from torch import Tensor, nn

from lstmlib.torch.module import Module


class NamedAsTorch(Module):
    """A module of recurrent layers: in a ``state_dict``, and as attributes, their parameters have torch.nn's names.

    ``net.weight_hh_l0_reverse`` is the backward layer's ``weight_hh_l0``, and ``torch.func.functional_call`` takes it
    by this name as by its path ("backward_layer.weight_hh_l0").
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_state_dict_post_hook(_name_as_torch)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_pre_hook(_name_as_here)  # type: ignore[no-untyped-call]

    def extra_repr(self) -> str:
        """Return nothing: the layers say what they are."""
        return ""

    def outer_name(self, path: str) -> str:
        """Return torch.nn's name for what is at ``path``: "backward_layer.weight_hh_l0"."""
        raise NotImplementedError

    def inner_path(self, name: str) -> str | None:
        """Undo ``outer_name``; ``None`` for what is no parameter's name."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            owner, short = self._owner(name)
            if owner is None:
                raise
            return getattr(owner, short)

    def __setattr__(self, name: str, value: Any) -> None:
        owner, short = self._owner(name) if isinstance(value, Tensor) else (None, name)
        if owner is None:
            super().__setattr__(name, value)
        elif short in owner._parameters:
            owner._parameters[short] = value  # type: ignore[assignment]  # functional_call puts plain tensors here
        else:
            setattr(owner, short, value)

    def _owner(self, name: str) -> tuple[nn.Module | None, str]:
        """Return the layer that has the parameter of that name, and the name it has there."""
        layer, _, short = (self.inner_path(name) or "").rpartition(".")
        try:
            owner = self.get_submodule(layer) if layer else None
        except AttributeError:
            owner = None
        return (owner, short) if owner is not None and hasattr(owner, short) else (None, name)


def _name_as_torch(module: NamedAsTorch, state_dict: dict[str, Any], prefix: str, metadata: Any) -> None:
    """Give the parameters the names that torch.nn gives them, in the order in which they are."""
    for name in [name for name in state_dict if name.startswith(prefix)]:
        value = state_dict.pop(name)
        state_dict[prefix + module.outer_name(name.removeprefix(prefix))] = value


def _name_as_here(module: NamedAsTorch, state_dict: dict[str, Any], prefix: str, *_: Any) -> None:
    """Undo ``_name_as_torch``; a name that is none of the parameters' stays, and is reported as unexpected."""
    for name in [name for name in state_dict if name.startswith(prefix)]:
        path = module.inner_path(name.removeprefix(prefix))
        if path is not None:
            state_dict[prefix + path] = state_dict.pop(name)

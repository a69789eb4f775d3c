"""What all layers share: what is printed of them, and what they answer to arguments in torch.nn's manner."""

from typing import Any

from torch import nn

from lstmlib.numpy.layer import TORCH, answer_torch, arguments_of

# As in NumPy, but for what differs here.
HERE = {name: answer for name, answer in TORCH.items() if name not in ("device", "generator")} | {
    "batch_first": "sequences are (T, N, D) here: pass x.transpose(0, 1)",
    "dropout": "put torch.nn.Dropout between layers",
    "rng": "use generator, a torch.Generator",
}
# Where the parameters come from and are: no settings of what a layer computes.
ASIDE = ("generator", "device", "dtype")


class Module(nn.Module):
    """A layer of ``lstmlib.torch``: a subclass says what ``forward`` does."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        answer_torch(cls, HERE)

    def extra_repr(self) -> str:
        """Return, for ``print(layer)``, the arguments that make such a layer: sizes, and what differs from defaults."""
        return ", ".join(arguments_of(self, self._setting, ASIDE))

    def _setting(self, name: str) -> Any:
        """Return the value of one of the constructor's arguments."""
        return getattr(self, name)

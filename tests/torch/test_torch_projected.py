"""Projections and clips in files: what changes the function is in the file, and is compared."""

import numpy as np
import pytest
import torch

import lstmlib.numpy as ln
import lstmlib.torch as lt
from lstmlib.files import load, save


def test_torch_nn_s_projected_layer_loads_into_ours(tmp_path):
    theirs = torch.nn.LSTM(3, 6, num_layers=2, proj_size=4).double()
    save(theirs, tmp_path / "file")
    x = torch.randn(5, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    want = theirs(x)[0].detach().numpy()
    twin = lt.ProjectedLSTM(3, 6, 4, num_layers=2, dtype=torch.float64)
    load(twin, tmp_path / "file")
    np.testing.assert_allclose(twin(x)[0].detach().numpy(), want, atol=1e-12)
    layer = ln.ProjectedLSTM(3, 6, 4, num_layers=2)
    load(layer, tmp_path / "file")
    np.testing.assert_allclose(layer.forward(x.numpy())[0], want, atol=1e-12)


@pytest.mark.parametrize("lib", [ln, lt], ids=["NumPy", "torch"])
def test_a_clip_is_in_the_file(lib, tmp_path):
    save(lib.GRU(3, 4, clip=0.5), tmp_path / "clipped")
    save(lib.GRU(3, 4), tmp_path / "plain")
    load(lib.GRU(3, 4, clip=0.5), tmp_path / "clipped")
    with pytest.raises(ValueError, match=r"its clip is 0\.5, expected"):
        load(lib.GRU(3, 4), tmp_path / "clipped")
    with pytest.raises(ValueError, match=r"its clip is .*, expected 0\.5"):
        load(lib.GRU(3, 4, clip=0.5), tmp_path / "plain")


def test_peepholes_are_in_the_file(tmp_path):
    save(ln.CoupledLSTM(3, 4, peephole=True), tmp_path / "file")
    load(lt.CoupledLSTM(3, 4, peephole=True), tmp_path / "file")
    with pytest.raises(ValueError, match="weight_ch_l0"):
        load(ln.CoupledLSTM(3, 4), tmp_path / "file")

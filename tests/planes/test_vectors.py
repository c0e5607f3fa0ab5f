"""Vectors of weights from files."""

import numpy as np
import pytest
import torch
from networks import line, linear

from landscape_lab.files.weights import save_weights
from landscape_lab.planes import PlaneSettings
from landscape_lab.planes.vectors import check_vectors, read_vector


def test_weights_by_name_are_put_in_the_order_of_the_parameters(tmp_path):
    landscape = linear()
    landscape.move_to(line(3.0)[None])
    state = dict(reversed(landscape.state_of().items()))
    save_weights(state, tmp_path / "weights.safetensors")
    torch.save(state, tmp_path / "weights.pt")
    np.save(tmp_path / "weights.npy", line(3.0).numpy())
    for source in (tmp_path, tmp_path / "weights.pt", tmp_path / "weights.npy"):
        torch.testing.assert_close(read_vector(landscape, source), line(3.0).double())


def test_files_that_do_not_fit_are_told(tmp_path):
    torch.save({"weight": torch.zeros(2, 2)}, tmp_path / "half.pt")
    np.save(tmp_path / "five.npy", np.zeros(5))
    np.save(tmp_path / "nan.npy", np.full(6, np.nan))
    (tmp_path / "text.npy").write_text("no array")
    for name, message in {
        "half.pt": "half.pt should hold the parameter .*bias of the network. Found none",
        "five.npy": "The vector in .*five.npy should have 6 numbers, .* Found 5 numbers",
        "nan.npy": "The vector in .*nan.npy should be finite",
        "text.npy": "text.npy should be a NumPy array of numbers",
        "none.pt": "There is no file of weights .*none.pt",
    }.items():
        with pytest.raises(ValueError, match=message):
            read_vector(linear(), tmp_path / name)


def test_vectors_are_checked_before_the_descent(tmp_path):
    check_vectors(linear(), PlaneSettings())
    with pytest.raises(ValueError, match=r"should hold two directions: .* Found 0"):
        check_vectors(linear(), PlaneSettings("custom"))
    with pytest.raises(ValueError, match="There is no file"):
        check_vectors(linear(), PlaneSettings("three_points", vectors=[str(tmp_path / "a.pt")] * 3))

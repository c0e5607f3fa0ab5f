"""A preview is the landscape on some of its samples."""

import naive_networks as naive
import torch

from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.planes.preview import on_some_samples


def test_some_samples_are_used_always_the_same():
    inputs, targets = naive.classes(1501)  # in two batches
    landscape = NetworkLandscape(naive.mlp(norm=True), (inputs, targets))
    preview, note = on_some_samples(landscape, 700)
    assert note == "a preview: 700 of 1,501 samples"
    assert preview.calibration is preview.batches
    chosen = torch.randperm(1501, generator=torch.Generator().manual_seed(0))[:700].sort().values
    kept, labels = preview.batches.data
    assert torch.equal(kept, inputs[chosen])
    assert torch.equal(labels, targets[chosen])
    assert landscape.batches.samples == 1501


def test_where_there_are_no_more_the_landscape_stays():
    for landscape in (NetworkLandscape(naive.mlp(), naive.classes()), FunctionLandscape.named("sphere")):
        assert on_some_samples(landscape, 30) == (landscape, "")

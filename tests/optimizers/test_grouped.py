"""Optimizers of several groups, on landscapes, through a descent and through the whole lab."""

from functools import partial

import numpy as np
import pytest
import pytorch_optimizer
import torch
from test_descent import Cut, CutAt
from torch.optim import LBFGS, SGD, Adam, AdamW, Muon
from training import fit, loop

from landscape_lab import Descent
from landscape_lab.callbacks import Checkpoints
from landscape_lab.ensemble import Ensemble
from landscape_lab.landscapes import FunctionLandscape, NetworkLandscape
from landscape_lab.models.feedforward import mlp
from landscape_lab.optimizers import build_optimizer, probe
from landscape_lab.optimizers.composite import Composite
from landscape_lab.optimizers.schedulers import warmup_cosine

AUXILIARY = {"match": "not hidden", "_target_": AdamW, "lr_ratio": 0.1, "weight_decay": 0.0}
MUON = partial(Muon, lr=0.05, groups=[AUXILIARY])
SMALL = ["landscape=network", "model.hidden=[8,8]", "data.samples=60"]


def network(seed=0):
    torch.manual_seed(seed)
    inputs = torch.randn(24, 2)
    return NetworkLandscape(mlp(2, 3, (6, 5)), (inputs, (inputs.sum(1) > 0).long()), batch_size=8)


def muon_by_hand(steps, lr=0.05, seed=0):
    """The losses that steps see with two plain optimizers, and where they end."""
    landscape, losses = network(seed), []
    hidden = landscape.model[2].weight
    others = [one for one in landscape.parameters() if one is not hidden]
    optimizers = [Muon([hidden], lr=lr), AdamW(others, lr=0.1 * lr, weight_decay=0.0, fused=True)]
    for step in range(steps):
        landscape.see(step)
        landscape.zero_grad()
        loss = landscape()
        loss.sum().backward()
        losses.append(loss.item())
        for optimizer in optimizers:
            optimizer.step()
    return losses, landscape.flat()


def test_a_composite_descends_as_two_plain_optimizers():
    descent = fit(Descent(network(), MUON, 15))
    losses, end = muon_by_hand(15)
    np.testing.assert_array_equal(descent.trajectory.losses[:-1, 0], np.float32(losses))
    assert torch.equal(descent.landscape.flat(), end)


def test_settings_alone_make_groups_of_one_optimizer():
    landscape, plain = network(), network()
    groups = [{"match": "*.bias", "lr": 0.5}, {"match": "2.weight", "weight_decay": 0.1}]
    optimizer = build_optimizer(partial(SGD, lr=0.1, groups=groups), landscape)
    weights = [one for one in plain.parameters() if one.ndim == 2]
    biases = [one for one in plain.parameters() if one.ndim < 2]
    torchs = SGD(
        [
            {"params": weights[::2]},
            {"params": biases, "lr": 0.5},
            {"params": weights[1:2], "weight_decay": 0.1},
        ],
        lr=0.1,
        fused=True,
    )
    assert not isinstance(optimizer, Composite)
    loop(landscape, optimizer, 8)
    loop(plain, torchs, 8)
    assert torch.equal(landscape.flat(), plain.flat())


def test_a_setting_that_is_one_for_all_is_refused():
    factory = partial(SGD, lr=0.1, groups=[{"match": "*.bias", "fused": True}])
    assert build_optimizer(factory, network()).param_groups[1]["fused"]
    factory = partial(LBFGS, groups=[{"match": "*.bias", "max_iter": 3}])
    with pytest.raises(ValueError, match="doesn't support per-parameter options"):
        build_optimizer(factory, network())
    factory = partial(pytorch_optimizer.Lamb, groups=[{"match": "*.bias", "pre_norm": True}])
    with pytest.raises(ValueError, match=r"match `\*.bias`: Lamb has one `pre_norm` for all"):
        build_optimizer(factory, network())
    factory = partial(pytorch_optimizer.AdamMini, groups=[{"match": "*.bias", "weight_decay": 0.5}])
    with pytest.raises(ValueError, match="AdamMini"):  # it takes the model and makes groups of its own
        build_optimizer(factory, network())


def test_an_optimizer_that_marks_matrices_does_so_in_each_group():
    factory = partial(pytorch_optimizer.Muon, groups=[{"match": "0.*", "lr": 0.5}])
    found = [
        (group["lr"], group["use_muon"], len(group["params"]))
        for group in build_optimizer(factory, network()).param_groups
    ]
    assert found == [(0.02, True, 2), (3e-4, False, 2), (0.5, True, 1), (0.5, False, 1)]


@pytest.mark.parametrize("needy", [LBFGS, pytorch_optimizer.SAM, pytorch_optimizer.ScheduleFreeAdamW])
def test_what_steps_all_parameters_joins_no_others(needy):
    with pytest.raises(ValueError, match=f"Found {needy.__name__}, which has to step all parameters"):
        probe(partial(Adam, groups=[{"match": "*", "_target_": needy}]))


@pytest.mark.parametrize("rates", [None, (0.02, 0.2)])
def test_members_go_where_they_go_alone(rates):
    landscape = network()
    points = landscape.initial_weights((3, 4))
    ensemble = Ensemble(points if rates is None else points[:1], rates)
    descent = fit(Descent(landscape.with_members(ensemble.points), MUON, 10, ensemble=ensemble))
    assert not descent.verdict.joint
    for member, rate in enumerate(rates or (0.05, 0.05)):
        alone = network()
        alone.move_to(ensemble.points[member : member + 1])
        single = fit(Descent(alone, partial(MUON, lr=rate), 10))
        np.testing.assert_allclose(
            descent.trajectory.losses[:, member], single.trajectory.losses[:, 0], rtol=1e-4
        )


def test_members_share_a_composite_of_what_is_elementwise():
    factory = partial(Adam, lr=0.02, groups=[{"match": "*.bias", "_target_": SGD, "lr": 0.1}])
    landscape = network()
    ensemble = Ensemble(landscape.flat().clone(), rates=(0.02, 0.2))
    descent = fit(Descent(landscape.with_members(ensemble.points), factory, 10, ensemble=ensemble))
    assert descent.verdict.joint
    for member, (adam, sgd) in enumerate([(0.02, 0.1), (0.2, 1.0)]):
        groups = [{"match": "*.bias", "_target_": SGD, "lr": sgd}]
        single = fit(Descent(network(), partial(Adam, lr=adam, groups=groups), 10))
        np.testing.assert_allclose(
            descent.trajectory.losses[:, member], single.trajectory.losses[:, 0], rtol=1e-4
        )


def test_a_cut_descent_resumes_to_the_bit(tmp_path):
    def descent():
        return Descent(network(), MUON, 30, steps_per_batch=7, scheduler=warmup_cosine)

    whole = fit(descent())
    with pytest.raises(Cut):
        fit(descent(), Checkpoints(tmp_path, seconds=0), CutAt(14))
    resumed = fit(descent(), checkpoint=tmp_path / "last.ckpt")
    np.testing.assert_array_equal(resumed.trajectory.losses, whole.trajectory.losses)
    assert torch.equal(resumed.landscape.flat(), whole.landscape.flat())


def test_a_point_has_groups_too():
    landscape = FunctionLandscape.named("rosenbrock")
    optimizer = build_optimizer(partial(SGD, lr=1.0, groups=[{"match": "points", "lr": 0.5}]), landscape)
    assert [group["lr"] for group in optimizer.param_groups] == [0.5]


@pytest.mark.parametrize("model", [[], ["model=transformer_small", "data=text", "data.samples=20"]])
def test_muon_steps_the_hidden_matrices_of_a_network(lab, capsys, model):
    words = [*SMALL, "~model.hidden"] if model else SMALL
    result = lab(*words, *model, "optimizer=muon", "steps=12")
    muon, adamw = result.metrics["groups"]
    assert (muon["class"], muon["match"]) == ("Muon", "default")
    assert (adamw["class"], adamw["match"]) == ("AdamW", "not hidden")
    assert muon["tensors"] == (8 if model else 1)
    assert muon["weights"] + adamw["weights"] == result.trajectory.points.shape[-1]
    told = [line for line in capsys.readouterr().err.splitlines() if "Parameter groups" in line]
    assert len(told) == 1
    assert f"Muon (default) {muon['weights']:,} weights" in told[0]
    assert result.metrics["final_loss"] < result.trajectory.losses[0, 0]


def test_groups_are_written_on_the_command_line(lab):
    text = '[{match: "*.bias", weight_decay: 0.5}, {match: "ndim<2", _target_: torch.optim.SGD}]'
    with pytest.raises(ValueError, match=r"groups\[1\].match` should match a parameter.*earlier groups"):
        lab(*SMALL, "steps=2", f"optimizer.groups={text}")
    text = '[{match: "0.bias", weight_decay: 0.5}, {match: "ndim<2", _target_: torch.optim.SGD}]'
    result = lab(*SMALL, "steps=2", f"optimizer.groups={text}")
    assert [group["class"] for group in result.metrics["groups"]] == ["Adam", "Adam", "SGD"]
    assert "groups" not in lab(*SMALL, "steps=2", name="none").metrics
    with pytest.raises(ValueError, match=r"`optimizer\.groups` should be a list of groups"):
        lab(*SMALL, "steps=2", "optimizer.groups=3")

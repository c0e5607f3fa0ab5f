"""A network as a landscape, against plain loops."""

import copy

import naive_networks as naive
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from landscape_lab.landscapes import NetworkLandscape

CASES = {
    "stack of layers": (naive.mlp, naive.classes),
    "dropout": (lambda: naive.mlp(dropout=0.5), naive.classes),
    "convolutions": (naive.Convolutions, naive.images),
}


def descended(landscape: NetworkLandscape, steps: int, first: int = 0, lr: float = 0.1) -> list[torch.Tensor]:
    """The losses of some steps of gradient descent."""
    losses = []
    for step in range(first, first + steps):
        landscape.see(step)
        losses.append(landscape.backward())
        with torch.no_grad():
            for parameter in landscape.parameters():
                parameter -= lr * parameter.grad
    return losses


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("build", "data"), CASES.values(), ids=CASES)
def test_evaluate_equals_a_loop_that_loads_each_vector(build, data, dtype) -> None:
    model, data = build().to(dtype), data()
    data = data[0].to(dtype), data[1]
    landscape = NetworkLandscape(model, data)
    points = naive.points_of(landscape, 7)
    expected = naive.naive_losses(model, data, points)
    torch.testing.assert_close(landscape.evaluate(points), expected)
    measured = landscape.measure(points)
    right = [(naive.loaded(model, point)(data[0]).argmax(1) == data[1]).to(dtype).mean() for point in points]
    torch.testing.assert_close(measured["loss"], expected)
    torch.testing.assert_close(measured["accuracy"], torch.stack(right))


@pytest.mark.parametrize(("build", "data"), CASES.values(), ids=CASES)
def test_a_slice_is_measured_at_the_points_of_its_plane_and_is_the_model_at_its_origin(build, data) -> None:
    landscape = NetworkLandscape(build(), data())
    origin, *directions = naive.points_of(landscape, 3)
    places = torch.tensor([[0.0, 0.0], [0.5, -1.0], [2.0, 0.0]])
    sliced = landscape.slice(origin, torch.stack(directions))(places)
    expected = landscape.measure(origin + places @ torch.stack(directions))
    torch.testing.assert_close(sliced["loss"], expected["loss"])
    torch.testing.assert_close(sliced["accuracy"], expected["accuracy"])
    assert torch.equal(sliced["loss"][:1], landscape.evaluate(origin.unsqueeze(0)))


@pytest.mark.parametrize(("build", "data"), CASES.values(), ids=CASES)
def test_gradients_match_finite_differences(build, data) -> None:
    landscape = NetworkLandscape(build().double(), data())
    landscape.eval()
    flat = landscape.flat()
    landscape.backward()
    point = flat.clone().requires_grad_()
    (followed,) = torch.autograd.grad(landscape.evaluate(point).sum(), point)
    (at,) = torch.autograd.grad(landscape.at(point).sum(), point)
    h = 1e-5
    for axis in (0, 3, landscape.dims - 1):
        step = torch.zeros_like(flat)
        step[0, axis] = h
        slope = (landscape.evaluate(flat + step) - landscape.evaluate(flat - step)) / (2 * h)
        for gradient in (landscape.flat_gradient(), followed, at):
            torch.testing.assert_close(gradient[0, axis], slope[0], rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("batchnorm", ["recalibrate", "frozen"])
def test_the_model_is_untouched_to_the_bit_by_all_that_is_clean(batchnorm) -> None:
    model = naive.mlp(dropout=0.5, norm=True)
    model[0].eval()  # modes are kept one by one
    landscape = NetworkLandscape(
        model, naive.classes(), batch_size=7, batchnorm=batchnorm, validation=naive.classes(9)
    )
    descended(landscape, 3)
    model.register_forward_hook(lambda *_: None)
    state, modes = copy.deepcopy(model.state_dict()), [part.training for part in model.modules()]
    gradients, hooks = [p.grad.clone() for p in model.parameters()], len(model._forward_hooks)
    random = torch.get_rng_state()
    points = naive.points_of(landscape, 3)
    landscape.evaluate(points)
    landscape.measure(points.requires_grad_())["loss"].sum().backward()
    landscape.slice(points[0].detach(), points[1:].detach())(torch.rand(3, 2, generator=torch.Generator()))
    landscape.validation.evaluate(points)
    landscape.with_members(points.detach())
    landscape.on(naive.classes(4)).evaluate(points)
    assert all(torch.equal(state[name], value) for name, value in model.state_dict().items())
    assert modes == [part.training for part in model.modules()]
    assert all(torch.equal(a, p.grad) for a, p in zip(gradients, model.parameters(), strict=True))
    assert hooks == len(model._forward_hooks)
    assert torch.equal(random, torch.get_rng_state())


def test_the_models_own_parameters_are_descended_as_a_plain_loop_does() -> None:
    data = naive.classes()
    model, plain = naive.mlp(norm=True), naive.mlp(norm=True)
    losses = descended(NetworkLandscape(model, data), 4)
    for loss in losses:
        expected = F.cross_entropy(plain(data[0]), data[1])
        plain.zero_grad()
        expected.backward()
        assert torch.equal(loss[0], expected.detach())
        with torch.no_grad():
            for parameter in plain.parameters():
                parameter -= 0.1 * parameter.grad
    assert all(torch.equal(value, plain.state_dict()[name]) for name, value in model.state_dict().items())


def test_tied_weights_count_once_and_frozen_ones_stay_out() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2), nn.Linear(2, 3))
    model[2].weight = model[0].weight
    model[3].weight.requires_grad_(False)
    data = naive.classes()
    landscape = NetworkLandscape(model, data)
    assert landscape.dims == 4 + 2 + 2 + 3
    assert [id(p) for p in landscape.parameters()] == [id(p) for p in model.parameters() if p.requires_grad]
    points = naive.points_of(landscape, 3)
    expected = naive.naive_losses(model, data, points)
    torch.testing.assert_close(landscape.evaluate(points), expected)
    torch.testing.assert_close(torch.cat([landscape.at(point) for point in points.split(1)]), expected)
    ensemble = landscape.with_members(points)
    torch.testing.assert_close(ensemble().detach(), expected)
    torch.testing.assert_close(ensemble.flat(), points)
    landscape.move_to(points[:1])
    torch.testing.assert_close(landscape().detach(), expected[:1])
    assert model[2].weight is model[0].weight


def statistics(model: nn.Module, batches: list[torch.Tensor]) -> nn.Module:
    """The mean over batches of the mean and the unbiased variance of what goes into BatchNorm."""
    hidden = [model[0](batch) for batch in batches]
    model[1].running_mean.copy_(torch.stack([part.mean(0) for part in hidden]).mean(0))
    model[1].running_var.copy_(torch.stack([part.var(0) for part in hidden]).mean(0))
    return model


def test_batchnorm_is_frozen_or_recalibrated_by_the_training_data() -> None:
    model, data = naive.mlp(norm=True), naive.classes(1500)  # evaluated as two batches
    landscape = NetworkLandscape(model, data)
    descended(landscape, 3)
    points = naive.points_of(landscape, 2)
    frozen = NetworkLandscape(model, data, batchnorm="frozen").evaluate(points)
    torch.testing.assert_close(frozen, naive.naive_losses(model, data, points))
    other = naive.classes(20)
    for number, point in enumerate(points):
        at = naive.loaded(model, point)
        with torch.no_grad():
            statistics(at, list(data[0].split(750)))
            expected = [F.cross_entropy(at(inputs), targets) for inputs, targets in (data, other)]
        torch.testing.assert_close(landscape.evaluate(points)[number], expected[0])
        torch.testing.assert_close(landscape.on(other).evaluate(points)[number], expected[1])
    assert not torch.allclose(frozen, landscape.evaluate(points), rtol=1e-3)


def test_a_step_updates_running_statistics_once_however_often_it_evaluates() -> None:
    once, often = naive.mlp(norm=True), naive.mlp(norm=True)
    descended(NetworkLandscape(once, naive.classes()), 1, lr=0)
    landscape = NetworkLandscape(often, naive.classes())
    landscape.see(0)
    losses = [landscape(), landscape(), landscape.at(landscape.flat())]
    assert all(torch.equal(losses[0], loss) for loss in losses)
    assert all(torch.equal(value, often.state_dict()[name]) for name, value in once.state_dict().items())
    assert landscape.stochastic  # so that steps are counted


def test_all_evaluations_of_a_step_see_one_minibatch_and_one_dropout_mask_and_steps_differ() -> None:
    landscape = NetworkLandscape(naive.mlp(dropout=0.5), naive.classes(), batch_size=7)
    seen = []
    for step in (0, 1, 0):
        landscape.see(step)
        seen.append(landscape().item())
        assert seen[-1] == landscape().item() == landscape.at(landscape.flat()).item()
    assert seen[0] == seen[2] != seen[1]
    landscape.see(None)
    assert landscape().item() != landscape().item()


@pytest.mark.parametrize(
    "data", [naive.classes(), naive.Noisy(naive.classes())], ids=["tensors", "random transforms"]
)
def test_a_resumed_run_is_the_same_to_the_bit(data) -> None:
    def build() -> NetworkLandscape:
        return NetworkLandscape(naive.mlp(dropout=0.5, norm=True), data, batch_size=7, seed=3)

    whole, begun, resumed = build(), build(), build()
    descended(whole, 11)
    descended(begun, 6)
    resumed.load_state_dict(begun.state_dict())
    torch.manual_seed(99)  # the process's random numbers are of no account
    descended(resumed, 5, first=6)
    assert all(torch.equal(value, resumed.state_dict()[name]) for name, value in whole.state_dict().items())


ENSEMBLES = {
    "layer by layer": (naive.mlp, naive.classes, {}),
    "mapped": (naive.Convolutions, naive.images, {}),
    "mapped with BatchNorm": (lambda: naive.mlp(norm=True), naive.classes, {}),
    "one after another": (lambda: naive.mlp(norm=True, dropout=0.5), naive.classes, {}),
    "own loss": (naive.mlp, naive.classes, {"loss": lambda p, t: F.cross_entropy(p, t, label_smoothing=0.1)}),
    "mean squared error": (naive.mlp, lambda: (naive.classes()[0], torch.ones(30, 3)), {}),
}


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("name", ENSEMBLES)
def test_members_equal_single_runs(name, batch_size) -> None:
    build, data, options = ENSEMBLES[name]
    one = NetworkLandscape(build(), data(), batch_size=batch_size, **options)
    points, seeds = naive.points_of(one, 4), [0, 5, 5, 0]
    together = one.with_members(points, seeds)
    assert together.carried_by.startswith(
        {"own loss": "layer", "mean squared error": "layer"}.get(name, name[:6])
    )
    losses = torch.stack(descended(together, 6))
    clean = together.evaluate(together.flat())
    for number, (point, seed) in enumerate(zip(points, seeds, strict=True)):
        alone = NetworkLandscape(build(), data(), batch_size=batch_size, seed=seed, **options)
        alone.move_to(point.unsqueeze(0))
        torch.testing.assert_close(losses[:, number], torch.cat(descended(alone, 6)), rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(clean[number], alone.evaluate(alone.flat())[0], rtol=1e-5, atol=1e-6)
        buffers = dict(alone.model.named_buffers())
        for key, value in together.state_of(number).items():
            torch.testing.assert_close(value, buffers.get(key, value), rtol=1e-4, atol=1e-5)


def test_members_have_their_own_initial_weights_and_state() -> None:
    landscape = NetworkLandscape(naive.mlp(norm=True), naive.classes())
    points = landscape.initial_weights([0, 1])
    torch.testing.assert_close(points[0], NetworkLandscape(naive.mlp(norm=True), naive.classes()).flat()[0])
    ensemble = landscape.with_members(points)
    model = naive.mlp(norm=True)
    model.load_state_dict(ensemble.state_of(1))
    torch.testing.assert_close(NetworkLandscape(model, naive.classes()).flat()[0], points[1])
    again = ensemble.with_members(ensemble.flat()[1:])
    assert again.members == 1
    assert torch.equal(again.flat(), points[1:])
    assert dict(again.member(0))["objective.model.0.weight"].shape == (5, 2)


def test_any_loss_of_a_model_and_a_batch_is_descended() -> None:
    inputs, targets = naive.classes()
    landscape = NetworkLandscape(
        naive.mlp(),
        {"x": inputs, "y": targets},
        batch_loss=lambda model, batch: F.cross_entropy(model(batch["x"]), batch["y"]),
        metrics={"mean": lambda model, batch: model(batch["x"]).mean()},
        batch_size=7,
    )
    points = naive.points_of(landscape, 3)
    torch.testing.assert_close(
        landscape.evaluate(points), naive.naive_losses(landscape.model, (inputs, targets), points)
    )
    assert landscape.measure(points)["mean"].shape == (3,)
    ensemble = landscape.with_members(points, seeds=[0, 1, 2])
    ensemble.see(0)
    assert ensemble.backward().shape == (3,)


def build(model=None, data=None, **options):
    return NetworkLandscape(
        naive.mlp() if model is None else model, naive.classes() if data is None else data, **options
    )


def with_nan(model: nn.Module) -> nn.Module:
    nn.init.constant_(model[0].bias, torch.nan)
    return model


X, Y = naive.classes()
REFUSED = {
    "one output": (lambda: build(nn.Linear(2, 1)), "one output: it is 0 whatever the weights"),
    "labels": (lambda: build(data=(X, Y + 1)), "labels from 0 to 2, .* Found labels from 1 to 3"),
    "validation labels": (lambda: build(validation=(X, Y - 1)), "Found labels from -1 to 1"),
    "NaN in data": (lambda: build(data=(X.clone().fill_(torch.nan), Y)), "`data` should be finite"),
    "NaN in weights": (lambda: build(with_nan(naive.mlp())), "Found NaN or infinity in `0.bias`"),
    "no weights": (lambda: build(nn.Tanh()), "weights to train"),
    "batch size": (
        lambda: build(batch_size=31),
        "at most the number of samples, 30. Found `batch_size = 31`",
    ),
    "batch size 0": (lambda: build(batch_size=0), "positive whole number. Found `batch_size = 0`"),
    "empty": (lambda: build(data=(X[:0], Y[:0])), "should have samples. Found none"),
    "lengths": (lambda: build(data=(X, Y[:9])), r"a target for each input. Found tensors of \[30, 9\]"),
    "no data": (lambda: build(data=5), "a DataLoader or a LightningDataModule. Found a int"),
    "inputs": (lambda: build(nn.Linear(3, 3)), r"should take the data's inputs. Found \[30, 2\]"),
    "targets": (lambda: build(data=(X, X)), r"outputs like the targets, `\[30, 2\]`. Found `\[30, 3\]`"),
    "floats": (lambda: build(data=(X, Y.float()), loss="cross_entropy"), "for targets that are floats"),
    "logits": (
        lambda: build(data=(X, Y.repeat(2, 1).T)),
        r"logits `\[samples, classes\]` for targets `\[30, 2\]`",
    ),
    "both losses": (lambda: build(loss=F.cross_entropy, batch_loss=max), "not both"),
    "unknown loss": (lambda: build(loss="crossentropy"), "Nearest: cross_entropy"),
    "many numbers": (lambda: build(loss=lambda p, t: p), r"should give one number, .* Found `\[30, 3\]`"),
    "own loss fails": (lambda: build(loss=F.nll_loss, data=(X, X)), "`loss` should take the model's outputs"),
    "no pairs": (lambda: build(data={"x": X}), "pairs of inputs and targets, .* Found a dictionary of x"),
    "last minibatch": (
        lambda: build(naive.mlp(norm=True), batch_size=29),
        "each minibatch .* more than 1 value",
    ),
    "seeds": (lambda: build().with_members(torch.zeros(2, 33), [1]), "one for each member, 2. Found 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(name) -> None:
    make, message = REFUSED[name]
    with pytest.raises(ValueError, match=message) as raised:
        make()
    assert "\n" not in str(raised.value)


def test_data_follow_the_model_to_another_precision() -> None:
    landscape = NetworkLandscape(naive.mlp(norm=True), naive.Noisy(naive.classes()), batch_size=7)
    landscape.see(0)
    landscape()
    landscape.double()
    assert landscape.evaluate(landscape.flat()).dtype == landscape().dtype == torch.float64
    assert landscape.with_members(landscape.flat().expand(2, -1))().dtype == torch.float64


@pytest.mark.gpu
def test_a_network_on_an_accelerator_is_that_of_the_processor() -> None:
    here = NetworkLandscape(naive.mlp(norm=True), naive.classes(), batch_size=7)
    there = NetworkLandscape(naive.mlp(norm=True), naive.classes(), batch_size=7).to("cuda")
    points = naive.points_of(here, 3)
    torch.testing.assert_close(
        there.evaluate(points.cuda()).cpu(), here.evaluate(points), rtol=1e-4, atol=1e-5
    )
    losses = torch.cat(descended(there, 6)).cpu()
    torch.testing.assert_close(losses, torch.cat(descended(here, 6)), rtol=1e-4, atol=1e-5)
    ensembles = [landscape.with_members(points.to(landscape.flat().device)) for landscape in (here, there)]
    first, second = (torch.stack(descended(ensemble, 3)).cpu() for ensemble in ensembles)
    torch.testing.assert_close(first, second, rtol=1e-4, atol=1e-5)

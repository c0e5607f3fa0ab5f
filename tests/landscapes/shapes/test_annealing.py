import pytest
import torch
from naive_shapes import some_shapes

from landscape_lab.landscapes import ShapesLandscape
from landscape_lab.landscapes.shapes import Shapes, render
from landscape_lab.landscapes.shapes.annealing import bounded, hardened, hardness
from landscape_lab.landscapes.shapes.textures import COLOUR

TARGET = torch.rand(18, 24, 3, generator=torch.Generator().manual_seed(0)).numpy()


def ellipse(wide, high):
    """One white ellipse in the middle of 1 × 1."""
    one, none = torch.ones(1).double(), torch.zeros(1, 0).double()
    matrix = torch.diag(torch.tensor([1 / wide, 1 / high]).double())[None]
    return Shapes(torch.full((1, 2), 0.5).double(), matrix, none, none, one, one, one[:, None])


def test_a_hard_edge_is_a_pixel_wide():
    drawn = render(hardened(ellipse(0.3, 0.3), 1.0, 80), (80, 80))[0]
    steps = (torch.arange(80).double() + 0.5) / 80 - 0.5
    beyond = 80 * (torch.hypot(steps[None], steps[:, None]) - 0.3)  # pixels from the boundary
    assert (drawn[beyond > 0.5] == 0).all()
    assert (drawn[beyond < -0.5] == 1).all()
    assert ((drawn > 0) & (drawn < 1))[beyond.abs() < 0.49].all()


def test_a_hard_ellipse_has_its_own_area():
    """Rasterised with edges of a pixel, whatever the axes."""
    drawn = render(hardened(ellipse(0.4, 0.1), 1.0, 100), (100, 100))
    assert float(drawn.sum()) / 100**2 == pytest.approx(torch.pi * 0.4 * 0.1, rel=0.01)
    assert float(((drawn > 0) & (drawn < 1)).sum()) < 1.3 * 2 * torch.pi * 30  # near its perimeter, 171


def test_edges_harden_from_what_is_learned():
    shapes, _ = some_shapes(4)
    assert torch.equal(hardened(shapes, hardness(0.0), 50).sharpness, shapes.sharpness)
    softer, harder = (hardened(shapes, hardness(p), 50).sharpness for p in (0.2, 0.5))
    assert (harder > softer).all()
    torch.testing.assert_close((softer / shapes.sharpness) ** 2.5, harder / shapes.sharpness)


@pytest.fixture
def learned():
    return ShapesLandscape(TARGET, shapes=5, harmonics=2, size=None, order="learned", steps=100).double()


def test_only_steps_see_shapes_that_hide_each_other_both(learned):
    given = ShapesLandscape(TARGET, shapes=5, harmonics=2, size=None).double()
    with torch.no_grad():
        learned.depth.mul_(0.02)  # near one another, as soon they are where shapes are many
    clean = learned.evaluate(learned.flat()).detach()
    torch.testing.assert_close(clean, given.evaluate(given.flat()).detach())
    seen = []
    for step in (0, 50, None):
        learned.see(step)
        seen.append(float(learned.backward()))
        torch.testing.assert_close(learned.evaluate(learned.flat()).detach(), clean)
        assert (learned.depth.grad is not None) == (step is not None)
    assert abs(seen[0] - seen[2]) > 1e-5
    assert abs(seen[1] - seen[0]) > 1e-5
    assert seen[2] == pytest.approx(float(clean))


def test_at_the_end_the_shapes_are_sorted(learned):
    with torch.no_grad():
        learned.depth.copy_(learned.depth.flip(1))
    for number in (1, 4):
        shapes, _ = learned.shapes_of()
        assert shapes.depth is None
        torch.testing.assert_close(shapes.colour[-number], COLOUR * learned.colour[0, number - 1].detach())


def test_a_run_with_a_learned_order_ends_with_what_it_is(lab):
    small = ("landscape=shapes", "landscape.shapes=3", "landscape.size=12", "steps=10")
    result = lab(*small, "landscape.order=learned")
    assert result.metrics["status"] == "completed"
    assert result.metrics["final_loss"] == pytest.approx(float(result.trajectory.losses[-1, 0]))


@pytest.fixture
def hard():
    return ShapesLandscape(TARGET, shapes=5, harmonics=2, size=None, edges="hard", steps=100).double()


def test_only_steps_see_soft_edges(hard):
    clean = hard.evaluate(hard.flat()).detach()
    assert hard.stochastic
    seen = []
    for step in (0, 40, 80, None):
        hard.see(step)
        seen.append(hard.backward())
        torch.testing.assert_close(hard.at(hard.flat()).detach(), seen[-1])
        torch.testing.assert_close(hard.evaluate(hard.flat()).detach(), clean)
        torch.testing.assert_close(hard.measure(hard.flat())["loss"].detach(), clean)
    assert len({float(loss) for loss in seen}) == 3
    assert torch.equal(seen[2], seen[3])
    torch.testing.assert_close(seen[3], clean)


def test_softness_has_a_gradient_until_edges_are_hard(hard):
    steepest = []
    for step in (0, 50, 90):
        hard.see(step)
        hard.backward()
        steepest.append(float(hard.softness.grad.abs().max()))
    assert steepest[0] > 0
    assert steepest[1] > 0
    assert steepest[2] == 0


def test_without_a_number_of_steps_edges_are_hard_at_once():
    made = ShapesLandscape(TARGET, shapes=5, size=None, edges="hard")
    made.see(0)
    torch.testing.assert_close(made.backward(), made.evaluate(made.flat()).detach())


def test_a_run_ends_with_hard_edges(lab):
    small = ("landscape=shapes", "landscape.shapes=3", "landscape.size=12", "steps=10")
    result = lab(*small, "landscape.edges=hard")
    assert result.metrics["final_loss"] == pytest.approx(float(result.trajectory.losses[-1, 0]))
    soft = lab(*small, name="soft")
    assert result.metrics["final_loss"] != soft.metrics["final_loss"]
    assert result.trajectory.losses[0, 0] == soft.trajectory.losses[0, 0]  # step 0 sees the learned edges


def test_no_colour_of_hard_shapes_is_outside_and_none_is_stuck_there():
    numbers = torch.tensor([[-0.5, 0.5, 1.5]]).requires_grad_()
    shapes = ellipse(0.4, 0.1)._replace(colour=numbers)
    hard = hardened(shapes, 1.0, 20).colour
    assert hard.tolist() == [[0.0, 0.5, 1.0]]
    for slope, kept in ((1.0, [0.0, 1.0, 1.0]), (-1.0, [-1.0, -1.0, 0.0])):
        (found,) = torch.autograd.grad(hard.sum() * slope, numbers, retain_graph=True)
        assert found.tolist() == [kept]


def test_bounded_colours_are_those_of_all_shapes_in_every_step_and_of_the_background():
    shapes = ellipse(0.4, 0.1)._replace(colour=torch.tensor([[-0.5, 0.5, 1.5]]))
    cut, background = bounded(shapes, torch.tensor([2.0, 0.25, -1.0]))
    assert cut.colour.tolist() == [[0.0, 0.5, 1.0]]
    assert background.tolist() == [1.0, 0.25, 0.0]
    made = ShapesLandscape(torch.rand(3, 8, 12), shapes=2, colours="bounded", size=None)
    with torch.no_grad():
        made.colour.copy_(torch.tensor([[[-1.0, 0.0, 2.0], [0.5, 3.0, -0.1]]]))
        made.background.fill_(-1.0)
    for progress in (0.0, 1.0):
        shapes, background = made.coordinates.shapes(dict(made._numbers(0)), progress)
        assert shapes.colour.tolist() == [[0.0, 0.0, 1.0], [pytest.approx(0.4), 1.0, 0.0]]
        assert background.tolist() == [0.0, 0.0, 0.0]

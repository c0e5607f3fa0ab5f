import torch

from landscape_lab import Trajectory
from landscape_lab.landscapes import FunctionLandscape
from landscape_lab.recording.listening import Listener


def listener(**settings):
    return Listener(FunctionLandscape.named("quadratic"), Trajectory(**settings))


def test_the_outermost_optimizer_counts():
    heard = listener()
    (point,) = heard.landscape.parameters()
    outer, inner = torch.optim.SGD([point], lr=0.5), torch.optim.SGD([point], lr=0.1)
    heard.on_step_start(outer, (), {})
    heard.on_step_start(inner, (), {})
    heard.on_step_end(inner, (), {})
    assert heard.step == 0
    heard.on_step_end(outer, (), {})
    assert heard.step == 1
    assert heard.trajectory.label == "SGD, lr 0.5"


def test_optimizers_of_other_parameters_are_not_heard():
    heard = listener()
    other = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.5)
    heard.on_step_start(other, (), {})
    heard.on_step_end(other, (), {})
    assert heard.step == 0


def test_records_are_handed_on_in_batches():
    heard = listener()
    (point,) = heard.landscape.parameters()
    optimizer = torch.optim.SGD([point], lr=0.01)
    for _ in range(heard.BATCH + 1):
        heard.on_step_start(optimizer, (), {})
        heard.on_step_end(optimizer, (), {})
    assert len(heard.batch) == 1
    assert len(heard.trajectory.steps) == heard.BATCH

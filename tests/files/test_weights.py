"""Weights in files: what is written can be read without us, and what is read cannot run code."""

import pickle
import re

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from landscape_lab.files.weights import LAST, load_weights, put_weights, save_weights
from landscape_lab.models import ResNet


def network(width=4):
    return nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Linear(width, 3))


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_plain_code_reads_what_is_written(tmp_path):
    model, other = ResNet(1, 10), ResNet(1, 10)
    save_weights(model.state_dict(), tmp_path / LAST)
    other.load_state_dict(load_file(tmp_path / LAST))
    assert equal(model.state_dict(), other.state_dict())
    assert [path.name for path in tmp_path.iterdir()] == [LAST]


def test_tied_weights_are_written_under_both_names(tmp_path):
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight = model[0].weight
    save_weights(model.state_dict(), tmp_path / LAST)
    put_weights(model, load_weights(tmp_path), tmp_path)
    assert model[1].weight is model[0].weight


@pytest.mark.parametrize(
    ("name", "wrap"),
    [
        ("model.pt", lambda state: state),
        ("model.pth", lambda state: {"model_state_dict": state, "epoch": 3, "loss": torch.tensor(0.5)}),
        (
            "model.ckpt",
            lambda state: {"state_dict": {f"model.{name}": w for name, w in state.items()}, "epoch": 3},
        ),
        (
            "last.ckpt",
            lambda state: {
                "state_dict": {"metric.total": torch.zeros(2)}
                | {f"net.inner.{name}": w for name, w in state.items()},
                "optimizer_states": [{"state": {0: torch.zeros(1)}}],
            },
        ),
    ],
)
def test_weights_are_found_in_the_usual_files(tmp_path, name, wrap):
    model, other = network(), network()
    torch.save(wrap(model.state_dict()), tmp_path / name)
    kept = list(other.parameters())
    put_weights(other, load_weights(tmp_path / name), tmp_path / name)
    assert equal(model.state_dict(), other.state_dict())
    assert all(one is other for one, other in zip(kept, other.parameters(), strict=True))


def test_folder_of_a_run_stands_for_its_last_weights(tmp_path):
    model = network()
    save_weights(model.state_dict(), tmp_path / "run" / LAST)
    assert equal(load_weights(tmp_path / "run"), model.state_dict())
    with pytest.raises(
        ValueError, match=r"There is no file of weights .*weights.safetensors. The run .* left none"
    ):
        load_weights(tmp_path)


class Evil:
    """A pickle of it would run code."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('code has run')",))


UNREADABLE = {
    "nothing.pt": (None, "There is no file of weights"),
    "evil.pt": (
        lambda path: torch.save(Evil(), path),
        "should hold weights only. It holds Python objects, which could run code",
    ),
    "model.pt": (lambda path: torch.save(network(), path), "save model.state_dict() instead of the model"),
    "plain.pt": (lambda path: path.write_bytes(pickle.dumps(Evil())), "which could run code"),
    "text.pt": (lambda path: path.write_text("not weights"), "text.pt should"),
    "empty.pt": (lambda path: path.touch(), "should be written by torch.save. It cannot be read"),
    "numbers.pt": (
        lambda path: torch.save({"loss": 3.0}, path),
        "should hold a state_dict: tensors by name. Found none",
    ),
    "broken.safetensors": (
        lambda path: path.write_text("broken"),
        "should hold weights as safetensors. It cannot be read",
    ),
    "model.onnx": (
        lambda path: path.touch(),
        "should be a run or a file .safetensors, .pt, .pth, .ckpt, .bin",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path, name):
    write, message = UNREADABLE[name]
    if write is not None:
        write(tmp_path / name)
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        load_weights(tmp_path / name)
    assert name in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda state: {name: w for name, w in state.items() if name != "2.bias"},
            "architecture: without 2.bias.",
        ),
        (lambda state: state | {"4.weight": torch.zeros(1)}, "architecture: with unknown 4.weight."),
        (
            lambda state: network(5).state_dict(),
            "with 0.weight [5, 2] instead of [4, 2], 0.bias [5] instead of [4], 2.weight",
        ),
        (
            lambda state: {f"x{n}": torch.zeros(1) for n in range(7)},
            "with unknown x0, x1, x2, x3 and 3 more.",
        ),
        (
            lambda state: {f"model.{name}": w for name, w in state.items() if name != "0.weight"},
            "without 0.weight.",
        ),
    ],
)
def test_another_architecture_is_named(change, message):
    model = network()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(ValueError, match=re.escape(message)) as told:
        put_weights(model, change(network().state_dict()), "model.pt")
    assert str(told.value).startswith("The weights in model.pt are of another architecture: ")
    assert equal(model.state_dict(), before)


def test_an_inverted_byte_is_told(tmp_path):
    state = {**network().state_dict(), "count": torch.tensor(3), "none": torch.empty(0)}
    save_weights(state, tmp_path / LAST)
    assert equal(load_weights(tmp_path), state)
    text = bytearray((tmp_path / LAST).read_bytes())
    text[-5] ^= 255
    (tmp_path / LAST).write_bytes(text)
    with pytest.raises(
        ValueError, match=r"weights.safetensors is damaged: its bytes are not those that were"
    ):
        load_weights(tmp_path)

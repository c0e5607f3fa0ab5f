import json
import math
from base64 import b64encode

import numpy as np
import pytest

from landscape_lab.playing.asked import SIDE, Descents, Refused, read_drawing

NAMES = ("adam", "lion", "sgd")
GOOD = {"landscape": None, "start": [0.5, -1], "optimizers": ["adam", "sgd", "adam"], "lr": 0.1, "steps": 20}
HEIGHTS = np.arange(80, dtype=np.uint16).reshape(8, 10)
DRAWING = {"width": 10, "height": 8, "heights": b64encode(HEIGHTS.astype("<u2").tobytes()).decode()}


def body(good, **changes):
    return json.dumps(good | changes).encode()


def test_descents_are_read():
    asked = Descents.read(body(GOOD), NAMES)
    assert asked == Descents(None, (0.5, -1.0), ("adam", "sgd"), 0.1, 20)


def test_a_drawing_is_read():
    assert read_drawing(body(DRAWING)).tolist() == HEIGHTS.tolist()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"landscape": 3}, "`landscape` should be null or the name"),
        ({"start": [1]}, "`start` should be two numbers"),
        ({"start": [1, "2"]}, "`start` should be"),
        ({"start": [1, math.nan]}, "`start` should be"),
        ({"start": [1, 1e99]}, "`start` should be"),
        ({"start": {"x": 1}}, "`start` should be two numbers"),
        ({"optimizers": []}, "`optimizers` should be a list of 1 to 12"),
        ({"optimizers": ["adam"] * 13}, "`optimizers` should be a list"),
        ({"optimizers": "adam"}, "`optimizers` should be a list"),
        ({"optimizers": ["adma"]}, "There is no optimizer `adma`. Nearest: adam"),
        ({"optimizers": ["os.system"]}, "There is no optimizer `os.system`"),
        ({"optimizers": [["adam"]]}, "There is no optimizer"),
        ({"lr": 0}, "`lr` should be"),
        ({"lr": True}, "`lr` should be"),
        ({"lr": -1}, "`lr` should be"),
        ({"lr": math.inf}, "`lr` should be"),
        ({"steps": 0}, "`steps` should be"),
        ({"steps": 1.5}, "`steps` should be"),
        ({"steps": 20_001}, "`steps` should be"),
        ({"steps": 10**400}, "`steps` should be"),
        ({"more": 1}, "an object of landscape, start"),
    ],
)
def test_other_descents_are_refused_in_one_line(changes, words):
    with pytest.raises(Refused) as refused:
        Descents.read(body(GOOD, **changes), NAMES)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'"adam"', b"1" * 5000])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(Refused):
        Descents.read(text, NAMES)


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 11},
        {"width": 0},
        {"height": SIDE + 1},
        {"heights": 5},
        {"heights": "!"},
        {"heights": "ä"},
        {"heights": DRAWING["heights"][:-4]},
    ],
)
def test_other_drawings_are_refused(changes):
    with pytest.raises(Refused, match="Parameter `"):
        read_drawing(body(DRAWING, **changes))

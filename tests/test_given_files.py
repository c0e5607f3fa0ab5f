"""A picture may be called anything."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from landscape_lab.given_files import with_files_quoted

NAMES = [
    "my [1],a.png",
    "a=b.png",
    "x#1&2.png",
    "it's.png",
    'a "b".png',
    "~home.png",
    "Höhe.png",
    "丘.png",
    "{k}(1).png",
    "plain.png",
    "100% $x.png",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_of_any_name_is_taken_as_it_is(quiet_command, name):
    heights = np.arange(70, dtype=np.uint8).reshape(7, 10)
    Image.fromarray(heights).save(name)
    arguments = ["landscape=image", f"landscape.image={name}", "steps=2", "hydra.run.dir=here"]
    done = quiet_command(*arguments)
    assert (done.status, done.written.err) == (0, "")
    assert Path("here/results.json").is_file()


@pytest.mark.parametrize(
    "override",
    ["landscape.image=a.png,b.png", "landscape.image='a b.png'", "landscape=image", "name=my file.png"],
)
def test_other_overrides_stay_as_they_are(override):
    assert with_files_quoted(override) == override

import json
import re

import pytest

from landscape_lab.reporting import NAME, command_of
from landscape_lab.runs import Run


def content(file):
    return json.loads(re.search(r'id="content">(.*?)</script>', file.read_text(), re.DOTALL)[1])


def test_a_run_has_a_page(lab):
    result = lab(
        "landscape=himmelblau",
        "steps=5",
        "report=page",
        "callbacks=default",
        "figures=[]",
        "plane.resolution=30",
    )
    told = content(result.folder / NAME)
    assert told["title"].startswith("himmelblau · adam, lr 0.05 · 5 steps")
    assert told["facts"]["final_loss"] == result.metrics["final_loss"]
    assert "unfinished" not in told["facts"]
    assert told["paths"][0]["best"]["step"] == result.trajectory.best[0]
    words = command_of(Run(result.folder)).split()
    assert words[:3] == ["python", "-m", "landscape_lab"]
    assert {"landscape=himmelblau", "steps=5", "'figures=[]'"} <= {*words}
    assert not any(word.startswith("hydra.") for word in words)


def test_a_result_writes_its_page(lab, tmp_path):
    result = lab("landscape=himmelblau", "steps=5", "plane.resolution=30")
    assert not (result.folder / NAME).exists()
    assert result.report() == result.folder / NAME
    other = result.report(tmp_path / "other.html")
    assert content(other) == content(result.folder / NAME)


@pytest.mark.parametrize("word", ["pages", "[page]", "1"])
def test_other_words_are_refused(lab, word):
    with pytest.raises(ValueError, match="Parameter `report` should be one of none, page, playground"):
        lab(f"report={word}")

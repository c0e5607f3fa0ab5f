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
        "optimizer.lr=0.1",
        "steps=5",
        "report=page",
        "callbacks=default",
        "figures=[]",
        "plane.resolution=30",
    )
    told = content(result.folder / NAME)
    assert told["title"].startswith("himmelblau · adam, lr 0.1 · 5 steps")
    assert told["facts"]["final_loss"] == result.metrics["final_loss"]
    assert "unfinished" not in told["facts"]
    assert told["paths"][0]["best"]["step"] == result.trajectory.best[0]
    words = command_of(Run(result.folder)).split()
    assert words[:3] == ["python", "-m", "landscape_lab"]
    assert {"landscape=himmelblau", "optimizer.lr=0.1", "steps=5", "'figures=[]'"} <= {*words}
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


def test_a_playground_has_the_run_s_optimizer_and_others(lab):
    result = lab(
        *(
            "landscape=himmelblau",
            "optimizer=lion",
            "optimizer.lr=0.02",
            "augmentation=loss_noise",
            "steps=6",
        ),
        *("report=playground", "callbacks.report.optimizers=[sgd,lion]", "callbacks.report.megabytes=0.2"),
        *("callbacks=default", "figures=[]", "plane.resolution=30"),
    )
    played = content(result.folder / NAME)["sections"]["playground"]
    assert [(one["name"], one["rate"]) for one in played["optimizers"]] == [("lion", 0.02), ("sgd", 0.05)]
    assert 0.02 in played["rates"]
    assert len(json.dumps(played)) < 200_000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["landscape=rosenbrock", "landscape.dims=3"],
            "`report` may be playground only on a landscape of two",
        ),
        (["callbacks.report.optimizers=[adma]"], "callbacks.report.optimizers: There is no optimizer `adma`"),
        (["callbacks.report.megabytes=0"], "`callbacks.report.megabytes` should be"),
    ],
)
def test_a_playground_that_cannot_be_is_refused_before_the_descent(lab, tmp_path, words, told):
    with pytest.raises(ValueError, match=told):
        lab("callbacks=default", "figures=[]", "report=playground", "steps=10_000_000", *words)
    assert not [*tmp_path.rglob("trajectory.npz")]

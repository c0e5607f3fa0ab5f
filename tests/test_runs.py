"""The folder of a run: what cannot be read counts as missing."""

import json

import pytest

from landscape_lab.runs import Run


@pytest.mark.parametrize("content", [b"", b"[1]", b"null", b'{"half', b"\xff\xfe\x00"])
def test_results_that_are_no_object_are_missing(tmp_path, content):
    run = Run(tmp_path)
    assert run.results() is None
    run.results_file.write_bytes(content)
    assert run.results() is None


@pytest.mark.parametrize("content", [b"", b"- 1", b"steps: 20\nlandsc", b"a: [", b"\xff\xfe\x00"])
def test_configuration_that_is_cut_is_missing(tmp_path, content):
    run = Run(tmp_path)
    run.config_file.parent.mkdir()
    run.config_file.write_bytes(content)
    run.overrides_file.write_bytes(content)
    assert (run.begun, run.config(), run.identity()) == (False, None, None)
    assert run.overrides() in ((), ("1",))


def test_run_knows_what_it_wrote_and_forgets_what_would_pass_for_results(lab):
    result = lab("landscape=turn", "steps=3", "optimizer.lr=0.2")
    run = Run(result.folder)
    assert run.results() == json.loads(json.dumps(result.metrics))
    assert run.begun
    assert "++optimizer.lr=0.2" in run.overrides()
    assert run.settings()["optimizer"]["lr"] == run.config().optimizer.lr == 0.2
    assert run.identity() == result.metrics["config_hash"]
    assert (run.trajectory().points == result.trajectory.points).all()
    run.forget()
    assert (run.results(), run.trajectory_file.exists()) == (None, False)
    assert run.identity() == result.metrics["config_hash"], "its configuration tells it, too"


def test_results_that_json_does_not_know_are_refused_and_leave_the_old(tmp_path):
    run = Run(tmp_path)
    run.write_results({"loss": 1.0})
    with pytest.raises(ValueError, match="not JSON compliant"):
        run.write_results({"loss": float("inf")})
    assert run.results() == {"loss": 1.0}
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]

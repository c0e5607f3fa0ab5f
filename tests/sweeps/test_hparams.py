"""What TensorBoard shows of a whole sweep."""

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from landscape_lab.callbacks.hparams import COMPARED, final
from landscape_lab.configuration.composed import compared_values, register_catalogue
from landscape_lab.runs import Run
from landscape_lab.sweeps.hparams import SUFFIX

WORDS = ("-m", "landscape=booth", "optimizer=adam,lion", "optimizer.lr=0.01,0.1", "steps=3")


def test_a_sweep_has_its_table_its_race_and_its_leaderboard(command_line, tmp_path, drawn):
    more = (
        "augmentation=loss_noise",
        "plane.resolution=9",
        "figures=[]",
        "~callbacks.progress",
        "hydra.sweep.dir=sweep",
    )
    assert command_line(*WORDS, *more).status == 0
    (file,) = (tmp_path / "sweep").glob(f"events*{SUFFIX}")
    events = EventAccumulator(str(file), size_guidance={"images": 0}).Reload()
    plugin = events.PluginTagToContent("hparams")
    experiment = HParamsPluginData.FromString(plugin["_hparams_/experiment"]).experiment
    assert [info.name for info in experiment.hparam_infos] == [
        "landscape", "optimizer", "optimizer.lr", "with augmentation.loss_noise.std", "with steps",
    ]  # fmt: skip
    assert [info.name.tag for info in experiment.metric_infos] == [*map(final, COMPARED)]
    assert events.Images("race")[0].encoded_image_string == (tmp_path / "sweep/.race.png").read_bytes()
    text = events.Tensors("leaderboard/text_summary")[0].tensor_proto.string_val[0].decode()
    assert text == (tmp_path / "sweep/leaderboard.md").read_text()


def test_only_what_was_set_is_compared(lab):
    register_catalogue()
    result = lab("landscape=booth", "optimizer=adam", "landscape.boundary=none", "steps=2", "seed=3")
    run = Run(result.folder)
    names = {"landscape": "booth", "optimizer": "adam"}
    compared = compared_values(run.config(), names, run.overrides())
    assert list(compared)[:3] == ["landscape", "optimizer", "optimizer.lr"]
    assert compared["with landscape.boundary"] == "none"
    assert {"with steps": 2, "with seed": 3}.items() <= compared.items()
    assert not any("betas" in name for name in compared)

"""What a run, its ensemble and a sweep take: the keys that belong to no class."""

from landscape_lab.keys.callbacks import DRAWS, FIGURE_LIST, FILM_LIST, REPORT
from landscape_lab.keys.declaring import Key, Keys
from landscape_lab.keys.kinds import ListOf, Nullable, OneOf, Open, Parts, Points, Record
from landscape_lab.keys.settings import Settings
from landscape_lab.validation import Choice, Number, Switch, Text, Whole

NEARNESS = ("rmse", "psnr", "ssim")
"""How near shapes come to their picture, whatever is minimised."""
MEASURED = ("accuracy", "validation_loss", "validation_accuracy", *NEARNESS)
"""The results that only networks have, measured on all data and on those held out; and only shapes."""
OBJECTIVES = (
    "final_loss",
    "best_loss",
    *MEASURED,
    "distance_to_minimum",
    "steps_to_target",
    "evaluations",
    "steps",
    "seconds",
    "steps_per_second",
    "best_lr",
    "diverged_fraction",
)
"""The results that a sweep can minimise."""
DIRECTIONS = ("auto", "minimize", "maximize")
"""`auto`: an accuracy, PSNR and SSIM are to be high, all else low."""
COUNT = Whole(low=1)
SEED = Whole(low=0, high=2**32 - 1)
RATE = Number(low=0.0)

ONE_DEVICE = "1, or a list with the number of one: a descent is one process, a sweep may use many"

RUN = Keys(
    "",
    Open(),
    steps=Key(COUNT, "optimizer steps"),
    measure=Key(Nullable(COUNT), "steps between two measurements of a network on all its data"),
    epochs=Key(Nullable(COUNT), "instead of steps, of a network: passes through its data"),
    seed=Key(SEED, "of every random number"),
    start=Key(
        Nullable(Points("numbers, [column, row] or [x, y], or a list of such")), "where the descent begins"
    ),
    target=Key(Nullable(Number()), "a loss: results tell when it was reached"),
    objective=Key(
        OneOf(Choice(*OBJECTIVES), ListOf(Choice(*OBJECTIVES), least=1), words=Choice(*OBJECTIVES).wanted),
        "the result that a sweep minimises, or a list of them",
    ),
    steps_per_batch=Key(COUNT, "steps between two looks at the logger, the progress bar and the checkpoint"),
    records=Key(COUNT, "the most evenly spaced points kept of the trajectory"),
    threads=Key(
        OneOf(Choice("auto"), COUNT, words="auto or a positive whole number"), "of torch; auto: the fastest"
    ),
    figures=Key(FIGURE_LIST, "drawn at the end"),
    video=Key(FILM_LIST, "films drawn at the end"),
    report=REPORT.keys["kind"],
    augmentations=Key(DRAWS, "in how many draws augmentations.png shows the landscape"),
    resume=Key(Switch(), "go on from the checkpoint in the run's folder, if there is one"),
    ckpt_path=Key(Nullable(Text("a file")), "go on from this checkpoint"),
    folder=Key(Text("a folder"), "of the run; hydra.run.dir chooses it"),
    trust=Key(Switch(), "false: build only what is of the lab or of torch.nn; docs/trust.md"),
)
TRAINER = Keys(
    "trainer",
    Open(),
    devices=Key(
        OneOf(
            Whole(low=1, high=1),
            Parts(ONE_DEVICE, {"[0]": Whole(low=0)}),
            words=ONE_DEVICE,
        ),
        "processors or GPUs",
    ),
    precision=Key(
        Choice("32-true", "64-true"), "of a point's numbers; with 16 bits adam's divisor would be 0"
    ),
)
DESCENT = Keys(
    "landscape_lab.descent.Descent",
    Open(),
    **{name: RUN.keys[name] for name in ("steps", "steps_per_batch", "records", "target")},
)
TRAJECTORY = Keys("landscape_lab.trajectory.Trajectory", Open(), records=RUN.keys["records"])
RECORDER = Keys(
    "landscape_lab.recording.recorder.TrajectoryRecorder",
    every=Key(COUNT, "steps from one record to the next"),
    to=Key(Nullable(Text("a file")), "a file for all points: points.f16"),
    records=RUN.keys["records"],
)
ENSEMBLE = Keys(
    "ensemble",
    starts=Key(
        Nullable(
            OneOf(
                Points(),
                Record({"grid": Nullable(ListOf(COUNT)), "random": Nullable(COUNT)}),
                words="a list, {grid: [columns, rows]} or {random: n}",
            )
        ),
        "where members begin; null: the landscape's own start",
    ),
    lr=Key(
        Nullable(
            OneOf(
                ListOf(RATE, least=1, different=True),
                Record({"low": Number(positive=True), "high": Number(positive=True), "num": COUNT}),
                words="a rate, a list of rates, or {low: …, high: …, num: …}",
            )
        ),
        "learning rates of members; null: the optimizer's own",
    ),
    seeds=Key(
        Nullable(
            OneOf(
                COUNT,
                ListOf(SEED, lone=False, least=1, different=True),
                words="a positive whole number, or a list of seeds",
            )
        ),
        "seeds of members, or how many; null: the run's",
    ),
    layout=Key(Choice("auto", "joint", "separate"), "one optimizer for all members, or one for each"),
)
_NAMES = ListOf(Text("a name"))
_NAMED = ListOf(OneOf(Text("a name"), Settings("{name: what composes it}")))
_SETTINGS = {
    name: Key(Settings(), meaning)
    for name, meaning in {
        "sampler_settings": "what the sampler's class takes",
        "pruner_settings": "what the pruner's class takes",
        "search_space": "key: range, in Hydra's grammar",
        "contains": "who should not lose to its special cases",
        "spaces": "where settings are drawn, in Hydra's grammar",
    }.items()
}
_LISTS = {
    name: Key(_NAMES, meaning)
    for name, meaning in {
        "optimizers": "who races",
        "mine": "own classes beside them: my_module.MyOptimizer, or a list",
        "baselines": "once tuned, they tell what is to be reached",
    }.items()
}
SWEEP = Keys(
    "sweep",
    landscapes=Key(_NAMED, "each with what else it needs"),
    direction=Key(
        OneOf(Choice(*DIRECTIONS), ListOf(Choice(*DIRECTIONS), least=1)), "a list where objective is a list"
    ),
    resume=Key(Nullable(Text("the folder of a sweep")), "the folder of a sweep to go on with"),
    centres=Key(
        ListOf(Text("start, end, best, or the label of a run"), lone=False),
        "runs through whose ends there is a plane, too: plane_adam.png",
    ),
    connectivity=Key(Switch(), "measure the straight lines between the ends of the jobs"),
    against=Key(Choice("steps", "evaluations", "seconds"), "what the curves of race.png are drawn over"),
    n_trials=Key(COUNT, "of the whole study, whoever runs them"),
    parallel=Key(COUNT, "trials handed to the launcher together"),
    sampler=Key(Text("the name of a sampler"), "tpe, cma_es, gaussian_process, random or quasi_random"),
    pruner=Key(
        Text("the name of a pruner"), "auto, none, median, percentile, hyperband or successive_halving"
    ),
    reports=Key(COUNT, "how often a running trial is compared with the others"),
    storage=Key(Text("sqlite, journal or an URL"), "where the study is kept"),
    study=Key(Text("a name"), "the study's name in the storage"),
    seed=Key(SEED, "of the sampler"),
    trial=Key(Nullable(Whole(low=0)), "filled in for each job"),
    folder=Key(Nullable(Text("a folder")), "filled in for each job"),
    studies=Key(Whole(low=3), "each with its own trials, starts and noise"),
    trials=Key(COUNT, "settings that each optimizer may try in a study"),
    starts=Key(
        Nullable(COUNT),
        "at random in the bounds, others for tuning than for the score; null: a network's own of each seed",
    ),
    seeds=Key(COUNT, "of the noise that each start sees"),
    prune=Key(
        Nullable(Number(high=1.0, positive=True)), "the share of the steps after which hopeless trials end"
    ),
    tolerance=Key(
        Number(positive=True), "the target lies so much of their way above where the best baseline ends"
    ),
    **_SETTINGS,
    **_LISTS,
)
PRUNING = Keys(
    "landscape_lab.sweeps.study.pruning.Pruning",
    objective=RUN.keys["objective"],
    settings=SWEEP.keys["pruner_settings"],
    **{name: SWEEP.keys[name] for name in ("trial", "folder", "storage", "study", "pruner", "reports")},
)

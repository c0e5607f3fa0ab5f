"""What our own optimizers and schedules take, and what all optimizers have in common."""

from landscape_lab.keys.declaring import Key, Keys
from landscape_lab.keys.groups import Groups
from landscape_lab.keys.kinds import Even, ListOf, Nullable, OneOf, Open, Parts
from landscape_lab.validation import Anything, Choice, Number, Switch, Whole

FIRST_ORDER = ("CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP")
GRADIENT_FREE = ("Nelder-Mead", "Powell", "COBYLA", "COBYQA")
SECOND_ORDER = ("Newton-CG", "dogleg", "trust-ncg", "trust-krylov", "trust-exact", "trust-constr")
"""The methods of `scipy.optimize.minimize` by the derivatives that they ask for."""

AUTO = "auto"
"""The learning rate that short descents choose before the run; no constructor sees it."""
POSITIVE = Number(positive=True)
RATE = Number(low=0.0)
SHARE = Number(low=0.0, high=1.0)
COUNT = Whole(low=1)
FINITE = Open(infinite=False)
"""What a class of others takes: it is not known here, but an infinite or undefined number has no use."""

OPTIMIZER = Keys(
    "optimizer",
    FINITE,
    lr=Key(
        OneOf(RATE, ListOf(RATE, lone=False, least=1), words=RATE.wanted),
        "learning rate, or a list of some; auto: short descents choose it",
    ),
    groups=Key(Nullable(Groups()), "settings or classes of some parameters; docs/groups.md"),
    growth_rate=Key(Number(positive=True, infinite=True), "how fast a rate that is found may grow (Prodigy)"),
)
SCHEDULER = Keys("scheduler", FINITE)


def _optimizer(name: str, **keys: Key) -> Keys:
    """The keys of a class in `landscape_lab.optimizers`; which others it has, is told where it is built."""
    return Keys(f"landscape_lab.optimizers.{name}", FINITE, **keys)


RANDOM_SEARCH = _optimizer(
    "RandomSearch",
    lr=Key(POSITIVE, "the longest step"),
    delta=Key(POSITIVE, "how far the loss is probed"),
)
LINE_SEARCH = _optimizer(
    "ArmijoLineSearch",
    lr=Key(POSITIVE, "the largest rate"),
    c=Key(Number(positive=True, high=1.0), "how much of the slope's promise the loss has to keep"),
    shrink=Key(SHARE, "what the rate is multiplied by when it does not"),
    growth=Key(Number(low=1.0), "what the rate is multiplied by at each step"),
    trials=Key(Whole(low=1), "the most evaluations in a search"),
)
CONJUGATE_GRADIENT = _optimizer(
    "NonlinearConjugateGradient",
    lr=Key(POSITIVE, "length of the trial step"),
    c=Key(POSITIVE, "how much of the slope's promise the loss has to keep"),
    trials=Key(Whole(low=1), "the most evaluations that the halving takes"),
    reach=Key(POSITIVE, "the longest step, in trial steps"),
)
NEWTON = _optimizer(
    "Newton",
    lr=Key(Number(low=0.0), "share of the step to the minimum of the local parabola"),
    damping=Key(POSITIVE, "the least curvature"),
    radius=Key(Number(positive=True, infinite=True), "the longest step"),
)
SOPHIA_G = _optimizer(
    "SophiaG",
    lr=Key(Number(low=0.0), "the longest step in a coordinate"),
    betas=Key(
        Parts("decays of the momentum and of the curvature", {"[0]": SHARE, "[1]": SHARE}),
        "decays of the momentum and of the curvature",
    ),
    rho=Key(POSITIVE, "how much of the curvature divides the momentum"),
    weight_decay=Key(Number(low=0.0), "share of the parameters, times lr, taken off at each step"),
    interval=Key(Whole(low=1), "steps between two estimates of the curvature"),
    batch_size=Key(Whole(low=1), "the data in a batch"),
    eps=Key(POSITIVE, "the least divisor"),
)
CMA_ES = _optimizer(
    "CMAES",
    sigma=Key(POSITIVE, "the first spread"),
    candidates=Key(Nullable(Whole(low=1)), "evaluations in a step; null: 4 + 3 log(dims)"),
    separable=Key(Switch(), "a spread for each number, no covariances: time and memory grow with dims only"),
)
EVOLUTION_STRATEGY = _optimizer(
    "EvolutionStrategy",
    sigma=Key(POSITIVE, "the first spread of a mutation"),
    parents=Key(Whole(low=1), "how many live on"),
    children=Key(Whole(low=1), "evaluations in a step"),
    damping=Key(
        Nullable(POSITIVE), "how slowly the spread changes; null: sqrt((dims + 1) / children), at least 1"
    ),
)
GREEDY = _optimizer(
    "Greedy",
    sigma=Key(POSITIVE, "the first spread of a part's mutations"),
    candidates=Key(Whole(low=1), "evaluations in a step"),
    climb=Key(Whole(low=0), "steps of mutations in a visit to a part"),
)
PGPE = _optimizer(
    "PGPE",
    lr=Key(POSITIVE, "the length of the gradient's step"),
    sigma=Key(Nullable(POSITIVE), "the first spread; null: 15 max_speed / sqrt(dims)"),
    candidates=Key(Nullable(Even()), "evaluations in a step; null: 4 + 3 log(dims), made even"),
    momentum=Key(Number(low=0.0, high=1.0), "the share of the velocity that stays"),
    max_speed=Key(Nullable(POSITIVE), "the longest step; null: 2 lr"),
    sigma_lr=Key(Number(low=0.0), "the learning rate of the spread; 0 keeps it"),
)
SCIPY = _optimizer(
    "ScipyMinimizer",
    method=Key(Choice(*FIRST_ORDER, *GRADIENT_FREE, *SECOND_ORDER), "a method of scipy.optimize.minimize"),
    tol=Key(Nullable(Number()), "the method's own tolerance; null: its default"),
    options=Key(Nullable(Anything("options of the method")), "the method's own options"),
)
_TORCH = "torch.optim.lr_scheduler"
STEP = Keys(
    f"{_TORCH}.StepLR",
    FINITE,
    step_size=Key(COUNT, "steps until the rate is lower"),
    gamma=Key(Number(low=0.0), "what the rate is multiplied by then"),
)
EXPONENTIAL = Keys(
    f"{_TORCH}.ExponentialLR",
    FINITE,
    gamma=Key(Number(low=0.0), "what the rate is multiplied by at each step"),
)
COSINE = Keys(
    f"{_TORCH}.CosineAnnealingLR",
    FINITE,
    T_max=Key(COUNT, "steps down; the descent's, if not given"),
    eta_min=Key(Number(low=0.0), "the last rate"),
)
PLATEAU = Keys(
    f"{_TORCH}.ReduceLROnPlateau",
    FINITE,
    patience=Key(Whole(low=0), "steps without a better loss"),
    factor=Key(Number(low=0.0), "what the rate is multiplied by then"),
    cooldown=Key(Whole(low=0), "steps after that in which nothing is counted"),
    min_lr=Key(
        OneOf(Number(low=0.0), ListOf(Number(low=0.0), least=1)), "the lowest rate, or one for each group"
    ),
)
ONE_CYCLE = Keys(
    f"{_TORCH}.OneCycleLR",
    FINITE,
    max_lr=Key(OneOf(POSITIVE, ListOf(POSITIVE, least=1)), "the highest rate; optimizer.lr, if not given"),
    total_steps=Key(COUNT, "steps; the descent's, if not given"),
    pct_start=Key(SHARE, "the share of the steps that the rate rises"),
    div_factor=Key(POSITIVE, "by how much the first rate is lower than the highest"),
    final_div_factor=Key(POSITIVE, "by how much the last rate is lower than the first"),
)
WARMUP_COSINE = Keys(
    "landscape_lab.optimizers.schedulers.warmup_cosine",
    warmup=Key(SHARE, "the share of the steps that the rate rises"),
    floor=Key(SHARE, "the last rate, as a share of the highest"),
    held=Key(SHARE, "the share of the steps before which the rate does not fall"),
    steps=Key(Whole(low=1), "the length of the schedule; the descent's, if not given"),
)

// Time: play and pause, one step, speed, and a slider over the steps.

import { button, choice, element } from "lab/elements";
import { between } from "lab/numbers";

const SECONDS = 10;
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];

/** The paths' last step of all. */
export function lastStep(paths) {
  return Math.max(0, ...paths.map((path) => path.last));
}

export function timeline({ paths, store, heat }) {
  const last = lastStep(paths);
  const pace = paths.length === 1 && heat ? paced(paths[0], heat) : null;
  const slider = element("input", { type: "range", min: 0, max: last, step: 1, ariaLabel: "Step", className: "steps" });
  slider.oninput = () => store.set({ step: slider.valueAsNumber, playing: false });
  const told = element("output", { className: "told" });
  const play = button("▶", "Play", () => turn());
  const by = (steps) => () =>
    store.set({ step: Math.min(last, Math.max(0, Math.round(store.get("step")) + steps)), playing: false });
  const stride = Math.max(1, Math.round(last / 1000));
  const turn = () => {
    const again = !store.get("playing") && store.get("step") >= last;
    store.set({ playing: !store.get("playing"), ...(again ? { step: 0 } : {}) });
  };
  store.watch(["step"], () => {
    slider.value = store.get("step");
    slider.ariaValueText = `step ${Math.round(store.get("step"))} of ${last}`;
    told.textContent = `step ${Math.round(store.get("step")).toLocaleString("en")} of ${last.toLocaleString("en")}`;
  });
  store.watch(["playing"], () => {
    play.textContent = store.get("playing") ? "❚❚" : "▶";
    play.title = play.ariaLabel = store.get("playing") ? "Pause" : "Play";
    if (store.get("playing")) run(store, last, pace);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, button, a, summary") || event.ctrlKey || event.metaKey) return;
    const keys = { " ": turn, ArrowRight: by(stride), ArrowLeft: by(-stride), Home: by(-last), End: by(last) };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  return element(
    "div",
    { className: "timeline", role: "group", ariaLabel: "Time" },
    button("⇤", "To the start", by(-last)),
    button("◀", "A step back", by(-1)),
    play,
    button("▷", "A step on", by(1)),
    button("⇥", "To the end", by(last)),
    slider,
    told,
    choice("speed", SPEEDS.map((speed) => [speed, `${speed}×`]), store.get("speed"), (speed) => store.set({ speed: Number(speed) })),
  );
}

/** Let the step advance with the clock, until somebody stops it or the last one is there. */
function run(store, last, pace) {
  let before = null;
  const tick = (now) => {
    if (!store.get("playing")) return;
    const share = before === null ? 0 : ((now - before) / 1000 / SECONDS) * store.get("speed");
    before = now;
    const step = pace ? pace.step(pace.share(store.get("step")) + share) : store.get("step") + share * last;
    store.set(step >= last ? { step: last, playing: false } : { step });
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

/** Of one path time passes with the length of its way, and a little with its steps, so that none stands still. */
function paced(path, heat) {
  const [width, height] = [heat.right - heat.left, heat.last - heat.first];
  const lengths = new Float64Array(path.at.length);
  for (let index = 1; index < lengths.length; index += 1) {
    const [x, y] = path.kept(index, path.representative);
    const [fromX, fromY] = path.kept(index - 1, path.representative);
    const way = Math.hypot((x - fromX) / width, (y - fromY) / height);
    lengths[index] = lengths[index - 1] + (Number.isFinite(way) ? Math.min(way, 0.2) : 0);
  }
  const whole = lengths[lengths.length - 1] || 1;
  const shares = Array.from(lengths, (length, index) => (0.8 * length) / whole + (0.2 * path.at[index]) / (path.last || 1));
  shares[0] = 0;
  return {
    share: (step) => between(path.at, shares, step) / (shares[shares.length - 1] || 1),
    step: (share) => (share >= 1 ? path.last : between(shares, path.at, share * (shares[shares.length - 1] || 1))),
  };
}

// The place of the relief on the page, and what steers it. The relief itself is loaded when it comes into sight.

import { button, choice, element, pixelOf, toggle } from "lab/elements";
import { visible } from "lab/paths";
import { rescale } from "lab/scale";
import { among, within } from "lab/store";

const VIEWS = ["oblique", "above", "front", "right", "back", "left"];
const TALL = [0.1, 3];
const WORDS =
  "The losses as a surface in space, with the paths on it. Arrow keys turn it, with shift they move it; " +
  "plus and minus zoom; 1 to 6 are views from named sides; R rides along with an optimizer.";

const OWN =
  "A path is as high as its own loss, or at the end of what is drawn where that is far beyond the surface's; " +
  "thin lines lead to the loss of the plane there.";

/** The figure; it stands in the stage of the page, beside the map. */
export function space(page) {
  const { store } = page;
  store.keep(
    { camera: [], ride: -1, tall: 1, heights: "", wide: "" },
    {
      camera: usable,
      ride: (number) => (number === -1 || page.paths[number] || page.content.sections.playground ? number : undefined),
      tall: within(...TALL),
      heights: among(["", "linear", "logarithmic"]),
      wide: among(["", "map", "relief"]),
    },
  );
  const canvas = element("canvas", { role: "img", ariaLabel: WORDS, ariaBusy: "true", tabIndex: 0 });
  const hint = element("output", { className: "hint" });
  const sight = element("div", { className: "sight" }, canvas, hint);
  store.watch(["heights"], () => {
    if (rescale(page.heat, store.get("heights"))) page.map.recolor();
  });
  const figure = element("figure", { className: "space" }, sight, steering(page));
  Promise.all([page.shown, seen(figure)])
    .then(() => import("lab/relief"))
    .then(({ Relief }) => {
      figure.relief = page.relief = new Relief(canvas, page);
      sight.append(page.relief.numbers, corner(page));
      listen(canvas, hint, page);
    })
    .catch((error) => {
      const why = page.relief ? error.message : `this browser draws nothing in space (${error.message})`;
      figure.replaceChildren(element("p", { className: "without" }, `No surface here: ${why}. The map shows the same losses.`));
      if (page.relief) throw error;
    });
  const tall = page.heat.equal ? Math.abs((page.heat.last - page.heat.first) / (page.heat.right - page.heat.left)) : 1;
  if (tall < 0.35) page.stage.dataset.shape = "low";
  page.stage.style.setProperty("--tall", tall);
  page.map.element.querySelector(".corner").append(widening(store, "map", "the map"));
  store.watch(["wide"], () => (page.stage.dataset.wide = store.get("wide")));
  return figure;
}

/** A pose that sees the surface: any angles, a distance that the eye may have, a middle not beside all that is drawn. */
function usable(camera) {
  if (!camera.length) return camera; // as at first
  if (camera.length !== 6 || !camera.every(Number.isFinite)) return undefined;
  const [azimuth, tilt, times, ...at] = camera;
  return [azimuth, tilt, within(0.05, 4)(times), ...at.map(within(-2, 2))];
}

/** A promise that an element has come near to what is seen. */
function seen(figure) {
  return new Promise((resolve) => {
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (!entry.isIntersecting) return;
        watch.disconnect();
        resolve();
      },
      { rootMargin: "300px" },
    );
    watch.observe(figure);
  });
}

function corner({ relief, store }) {
  const zoom = (times) => () => relief.eye.turn(0, 0, times);
  return element(
    "div",
    { className: "corner" },
    button("+", "Nearer", zoom(0.8)),
    button("−", "Farther", zoom(1.25)),
    widening(store, "relief", "the surface"),
  );
}

function widening(store, name, words) {
  const wide = button("⤢", "", () => store.set({ wide: store.get("wide") === name ? "" : name }));
  store.watch(["wide"], () => {
    const alone = store.get("wide") === name;
    wide.title = wide.ariaLabel = alone ? "The map and the surface" : `Only ${words}`;
    wide.ariaPressed = alone;
  });
  return wide;
}

/** The paths that can be ridden along: those that are not hidden, and guests. */
function riders({ paths, guests = [], store }) {
  return visible([...paths, ...guests], store);
}

/** Views, the ride, the height, linear or logarithmic. */
function steering(page) {
  const { store, paths } = page;
  const views = choice("view", [["", "turned"], ...VIEWS.map((name) => [name, name])], "oblique", (name) => {
    if (name) page.relief?.eye.view(name);
  });
  store.watch(["camera", "ride"], () => (views.querySelector("select").value = named(page)));
  const rides = choice("ride along", [], -1, (number) => store.set({ ride: Number(number) }));
  const list = rides.querySelector("select");
  const offer = () => {
    const none = { number: -1, label: "none" };
    list.replaceChildren(...[none, ...riders(page)].map(({ number, label }) => element("option", { value: number }, label)));
    list.value = store.get("ride");
  };
  list.addEventListener("focus", offer); // guests come and go
  store.watch(["hidden", "ride"], () => {
    offer();
    if (paths.some(({ number }) => number === store.get("ride") && store.get("hidden").includes(number))) store.set({ ride: -1 });
  });
  const tall = element("input", { type: "range", min: TALL[0], max: TALL[1], step: 0.05, ariaLabel: "Height of the surface" });
  tall.oninput = () => store.set({ tall: tall.valueAsNumber });
  store.watch(["tall"], () => (tall.value = store.get("tall")));
  const logarithmic = toggle("logarithmic heights", false, (log) => {
    const own = page.heat.given.heights.logarithmic;
    store.set({ heights: log === own ? "" : log ? "logarithmic" : "linear" });
  });
  store.watch(["heights"], () => (logarithmic.querySelector("input").checked = page.heat.heights.logarithmic));
  const apart = paths.some((path) => path.departure)
    ? element("p", { className: "own" }, OWN)
    : null;
  return element(
    "figcaption",
    {},
    element("div", { className: "row" }, views, rides, element("label", {}, "height ", tall), logarithmic),
    apart,
  );
}

/** The name of the view that is seen, or `""`. */
function named({ store, relief }) {
  const camera = store.get("camera");
  if (store.get("ride") >= 0) return "";
  if (!camera.length) return "oblique";
  return relief?.eye.named(camera) ?? "";
}

function listen(canvas, hint, page) {
  const { relief, store, map } = page;
  const { eye } = relief;
  const ride = () => {
    const [first] = riders(page);
    store.set({ ride: store.get("ride") >= 0 || !first ? -1 : first.number });
  };
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { "+": () => eye.turn(0, 0, 0.8), "=": () => eye.turn(0, 0, 0.8), "-": () => eye.turn(0, 0, 1.25), r: ride, R: ride };
    for (const [key, [right, up]] of Object.entries(arrows)) {
      keys[key] = () => (event.shiftKey ? eye.pan(0.06 * right, 0.06 * up) : eye.turn(10 * right, 6 * up));
    }
    VIEWS.forEach((name, index) => (keys[index + 1] = () => eye.view(name)));
    if (!(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation(); // the arrows of the page make steps
    keys[event.key]();
  });
  let from = null;
  const at = (event) => pixelOf(event, canvas);
  canvas.addEventListener("pointerdown", (event) => (from = at(event)));
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons) return;
    const place = relief.place(...at(event));
    hint.textContent = place ? page.heat.told(place) : "";
  });
  canvas.addEventListener("pointerup", (event) => {
    const to = at(event);
    const place = from && event.button === 0 && Math.hypot(to[0] - from[0], to[1] - from[1]) < 5 ? relief.place(...to) : null;
    from = null;
    if (place) map.picked.dispatchEvent(new CustomEvent("pick", { detail: place }));
  });
  canvas.addEventListener("pointerleave", () => (hint.textContent = ""));
}

// Drawing a landscape: a brush over the map, a picture from a file; the server takes it up after each stroke.

import { Heights } from "lab/brush";
import { button, choice, element, pixelOf, section as part } from "lab/elements";
import { command } from "lab/facts";
import { asked } from "lab/live";
import { Heat } from "lab/heat";
import { rescale } from "lab/scale";
import { among, within } from "lab/store";

const TOOLS = [["", "picks a start"], ["raise", "raises"], ["lower", "lowers"], ["smooth", "smooths"]];

export function show(section, page) {
  const easel = new Easel(section, page);
  page.playground.element.before(easel.element);
}

class Easel {
  constructor(section, page) {
    Object.assign(this, section, { page, first: page.heat, minima: page.map.minima });
    this.heights = null;
    page.store.keep(
      { tool: "", radius: 24, strength: 0.15 },
      { tool: among(TOOLS.map(([name]) => name)), radius: within(3, 80), strength: within(0.02, 0.6) },
    );
    this.sheet = element("div", { className: "paper", tabIndex: 0, role: "application", ariaLabel: "Brush: arrow keys move it, space draws", hidden: true });
    this.ring = element("span", { className: "ring", hidden: true });
    this.sheet.append(this.ring);
    page.map.element.append(this.sheet);
    this.saved = element("div");
    this.element = part("Draw", ...this.#controls(), this.saved);
    this.#listen();
    page.store.watch(["tool"], () => (this.sheet.hidden = page.store.get("tool") === ""));
  }

  #controls() {
    const { store } = this.page;
    const slider = (name, words, min, max, step) => {
      const input = element("input", { type: "range", min, max, step, ariaLabel: words });
      input.oninput = () => store.set({ [name]: input.valueAsNumber });
      store.watch([name], () => (input.value = store.get(name)));
      return element("label", {}, `${words} `, input);
    };
    const file = element("input", { type: "file", accept: "image/*" });
    file.onchange = async () => file.files.length && this.#take(await Heights.read(file.files[0], this.side));
    const words = "Draw on the map with a brush, or take a picture: dark is low. Then pick a start on it.";
    return [
      element("p", {}, words),
      element(
        "div",
        { className: "row" },
        choice("the pointer", TOOLS, store.get("tool"), (tool) => store.set({ tool })),
        slider("radius", "radius", 3, 80, 1),
        slider("strength", "strength", 0.02, 0.6, 0.02),
      ),
      element(
        "div",
        { className: "row" },
        button("flat", "Begin with flat ground", () => this.#take(new Heights(...this.#size()))),
        button("reset", "Back to the landscape of the command", () => this.#reset()),
        element("label", {}, "a picture ", file),
      ),
    ];
  }

  /** Columns and rows of a new drawing, in the proportions of the map. */
  #size() {
    const { heat } = this.page;
    const ratio = heat.equal ? Math.abs((heat.last - heat.first) / (heat.right - heat.left)) : 0.8;
    return [Math.min(1, 1 / ratio), Math.min(1, ratio)].map((share) => Math.max(8, Math.round(this.side * share)));
  }

  #listen() {
    const { sheet } = this;
    const at = (event) => pixelOf(event, sheet);
    let last = null;
    sheet.addEventListener("pointerdown", (event) => {
      sheet.setPointerCapture(event.pointerId);
      last = at(event);
      this.#stroke(last, last);
    });
    sheet.addEventListener("pointermove", (event) => {
      this.#aim(at(event));
      if (last) this.#stroke(last, (last = at(event)));
    });
    sheet.addEventListener("pointerup", () => last && ((last = null), this.#send()));
    sheet.addEventListener("pointerleave", () => (this.ring.hidden = true));
    sheet.addEventListener("pointercancel", () => (last = null));
    sheet.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const moves = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };
    const here = this.aimed ?? [0.5 * this.sheet.clientWidth, 0.5 * this.sheet.clientHeight];
    if (event.key in moves) this.#aim(here.map((value, axis) => value + moves[event.key][axis]));
    else if (event.key === " ") {
      this.#aim(here);
      this.#stroke(here, here);
      this.#send();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Show how large the brush is. */
  #aim(pixel) {
    this.aimed = pixel;
    this.ring.hidden = false;
    const { heat, map, store } = this.page;
    const to = map.projection();
    const [left, right] = [heat.left, heat.right].map((x) => to([x, heat.first])[0]);
    const radius = (store.get("radius") / (this.heights?.width ?? this.#size()[0])) * (right - left);
    Object.assign(this.ring.style, { left: `${pixel[0]}px`, top: `${pixel[1]}px`, width: `${2 * radius}px`, height: `${2 * radius}px` });
  }

  /** Draw from one pixel of the sheet to another. */
  #stroke(from, to) {
    const { store, map, heat } = this.page;
    this.heights ??= Heights.of(heat, ...this.#size());
    const { width, height } = this.heights;
    const [a, b] = [from, to].map((pixel) => {
      const [x, y] = map.toPlace(pixel);
      const down = (y - heat.first) / (heat.last - heat.first);
      return [((x - heat.left) / (heat.right - heat.left)) * width, (heat.downwards ? down : 1 - down) * height];
    });
    const dabs = Math.max(1, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / (0.25 * store.get("radius"))));
    for (let dab = 1; dab <= dabs; dab += 1) {
      const [column, row] = a.map((value, axis) => value + (dab / dabs) * (b[axis] - value));
      this.heights.dab(store.get("tool"), column, row, store.get("radius"), store.get("strength"));
    }
    map.cover(this.heights.picture(heat.colors));
  }

  #take(heights) {
    this.heights = heights;
    return this.#send();
  }

  /** Let the server take up what is drawn, and descend there. */
  async #send() {
    const { width, height } = this.heights;
    const { playground } = this.page;
    try {
      const told = await asked("draw", { width, height, heights: this.heights.packed() });
      playground.source.landscape = told.landscape;
      this.#show(new Heat(told.map), told.minima);
      this.#tell(told.landscape);
    } catch (error) {
      playground.say(error.message);
    }
  }

  #reset() {
    this.heights = null;
    this.page.playground.source.landscape = null;
    this.saved.replaceChildren();
    this.#show(this.first, this.minima);
  }

  /** Put another landscape on the map; the start stays where it is in the window. */
  #show(heat, minima) {
    const before = this.page.heat;
    const [x, y] = this.page.store.get("from");
    const u = (x - before.left) / (before.right - before.left);
    const v = (y - before.first) / (before.last - before.first);
    const down = heat.downwards === before.downwards ? v : 1 - v;
    this.page.heat = heat;
    rescale(heat, this.page.store.get("heights"));
    this.page.map.replace(heat, minima);
    this.page.relief?.take(heat);
    const from = [heat.left + u * (heat.right - heat.left), heat.first + down * (heat.last - heat.first)];
    this.page.playground.moved(from);
  }

  #tell(name) {
    const link = element("a", { href: `drawn/${name}.png`, download: this.file }, `save ${this.file}`);
    const lines = "with the saved file beside it, the commands under the table repeat what is seen, or this one the whole:";
    this.saved.replaceChildren(
      element("p", {}, link, `: ${lines}`),
      command(`python -m landscape_lab landscape=image landscape.image=${this.file}`),
    );
  }
}

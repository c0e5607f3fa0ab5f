// A server on this machine that runs the real optimizers: members are exactly those that are asked for.

import { unpacked } from "lab/arrays";
import { button, element } from "lab/elements";
import { lineOf } from "lab/tints";

export const MOST_STEPS = 20000;

/** What the server answers to some JSON; an error has its words. */
export async function asked(path, question) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(question) });
  const told = await response.json();
  if (!response.ok) throw new Error(told.error);
  return unpacked(told);
}

export class Live {
  constructor(section, palette) {
    Object.assign(this, section, { palette });
    this.exact = true;
    this.landscape = null;
    this.known = this.names;
    this.names = this.optimizers.map((one) => one.name);
    this.middle = this.start;
    this.waiting = Promise.resolve();
  }

  /** The slider over learning rates: powers of ten. */
  get slider() {
    return { min: -5, max: 1, step: 0.02, rate: (value) => +(10 ** value).toPrecision(3), value: Math.log10 };
  }

  color(name) {
    return this.optimizers.find((one) => one.name === name).color;
  }

  /** Another optimizer of the catalogue; false where it has none of this name. */
  add(name) {
    if (!this.known.includes(name) || this.names.includes(name)) return false;
    const free = this.palette.filter((color) => !this.optimizers.some((one) => one.color === color));
    this.optimizers.push({ name, color: free[0] ?? lineOf(this.palette, this.names.length).color });
    this.names.push(name);
    return true;
  }

  /** The descents from a start; of questions that come while one is answered only the last is asked. */
  async members(start, lr, names, steps) {
    if (!names.length) return [];
    const mine = (this.last = Symbol("a question"));
    await this.waiting.catch(() => null);
    if (mine !== this.last) return null;
    this.waiting = asked("descend", { landscape: this.landscape, start, optimizers: names, lr, steps });
    const { members } = await this.waiting;
    return members.map((member) => this.#member(member, start));
  }

  /** Which point an optimizer reaches from each cell of the window; `null` where another question came meanwhile. */
  async basins(name, lr, steps) {
    const mine = (this.lastBasins = Symbol("a question"));
    await this.waiting.catch(() => null);
    if (mine !== this.lastBasins) return null;
    this.waiting = asked("basins", { landscape: this.landscape, start: this.start, optimizers: [name], lr, steps });
    const { point_colors: colors, ...found } = await this.waiting;
    return { ...found, colors };
  }

  #member({ name, rate, steps = [0], places = [], losses = [NaN], ended, failed, command }, start) {
    const words = failed ?? (ended || (Number.isFinite(losses[losses.length - 1]) ? "all steps made" : "diverged"));
    const pairs = Array.from(steps, (_, at) => [places[2 * at], places[2 * at + 1]]);
    const kept = { steps: Array.from(steps), places: places.length ? pairs : [start] };
    return { name, rate, color: this.color(name), ...kept, losses: Array.from(losses), start, ended: words, command };
  }

  /** What only a server can be asked for: how many steps, and any optimizer. */
  controls(ground) {
    const { store } = ground.page;
    const steps = element("input", { type: "number", min: 1, max: MOST_STEPS, step: 1, className: "coordinate", ariaLabel: "Steps" });
    steps.onchange = () => steps.validity.valid && store.set({ steps: steps.valueAsNumber });
    store.watch(["steps"], () => (steps.value = store.get("steps")));
    const list = element("datalist", { id: "catalogue" }, ...this.known.map((name) => element("option", { value: name })));
    const name = element("input", { className: "name", ariaLabel: "Another optimizer", placeholder: "any optimizer" });
    name.setAttribute("list", "catalogue");
    const add = () => {
      if (this.add(name.value.trim())) ground.enter(name.value.trim());
      else ground.say(`There is no other optimizer “${name.value.trim()}” in the catalogue.`);
      name.value = "";
    };
    name.onkeydown = (event) => event.key === "Enter" && add();
    return [element("label", {}, "steps ", steps), element("span", {}, name, list, " ", button("add", "Let this optimizer take part", add))];
  }
}

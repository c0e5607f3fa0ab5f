// The playground: a start that is clicked, a learning rate, optimizers; the members that belong to them.

import { Bundle } from "lab/bundle";
import { Chart, span } from "lab/chart";
import { button, choice, element, section as part, swatch, toggle } from "lab/elements";
import { Live, MOST_STEPS } from "lab/live";
import { short } from "lab/numbers";
import { Path, visible } from "lab/paths";
import { commands, standings } from "lab/standings";
import { within } from "lab/store";
import { lastStep } from "lab/timeline";
import { aim, cells, tint, trail } from "lab/trails";

const SECONDS = 3;
const GUESTS = 10000; // the number of the first member: those of the page's own paths are lower

/** A member as a path that the surface in space shows. */
function guest(member, number) {
  const places = Float64Array.from(member.places.flat());
  places.shape = [member.places.length, 1, 2];
  const { steps, losses, name: label, color } = member;
  return new Path(number, { at: steps, places, steps, losses, label, colors: [color], costs: {}, total: 1 });
}

export function show(section, page) {
  const source = section.live ? new Live(section, page.content.palette) : new Bundle(section, page.heat);
  page.playground = new Playground(source, page, section);
  page.stage.parentElement.insertBefore(page.playground.element, page.timeline.isConnected ? page.timeline.nextSibling : page.stage.nextSibling);
}

export class Playground {
  /** `source` gives members: a `Bundle` those that are nearest, a server those that are asked for. */
  constructor(source, page, section) {
    Object.assign(this, { source, page, section });
    const { store, paths } = page;
    this.members = [];
    this.end = lastStep(paths);
    const start = paths.length ? paths[0].kept(0, 0) : source.middle;
    const rate = section.optimizers[0].rate ?? 0.01;
    store.keep(
      { from: start, rate, players: [source.names[0]], basins: "", steps: section.steps ?? 0 },
      { rate: (value) => (value > 0 ? value : undefined), steps: (value) => Math.round(within(1, MOST_STEPS)(value)) },
    );
    if (source.add) for (const name of store.get("players")) source.add(name);
    this.chart = new Chart({
      words: "The loss of each optimizer from the clicked start",
      lines: () => this.#lines(),
      labels: () => ["steps", this.#base() ? "loss above the lowest" : "loss"],
      now: () => store.get("step"),
      logarithmic: () => this.#base() !== null,
    });
    this.table = element("div", { className: "scroll" });
    this.basinKey = element("p", { className: "key" });
    this.said = element("p", { role: "status" });
    this.commands = element("div");
    this.element = part("Playground", ...this.#controls(), this.said, this.table, this.commands, this.chart.element, ...this.#notes());
    this.element.className = "playground";
    page.map.layers.push((context, to, step) => this.#draw(context, to, step));
    page.map.picked.addEventListener("pick", ({ detail }) => this.begin(detail));
    store.watch(["from", "rate", "players", "steps"], () => this.ask());
    store.watch(["basins", "rate", "steps"], () => this.#askBasins());
    store.watch(["theme", "log"], () => this.chart.redraw());
    store.watch(["step"], () => this.chart.move());
  }

  /** Begin at a place, and let all that are chosen go from there. */
  begin(place) {
    this.page.store.set({ from: place });
    this.race();
  }

  /** Find the members again. */
  async ask() {
    const { store } = this.page;
    const names = store.get("players").filter((name) => this.source.names.includes(name));
    const asked = (this.asked = Symbol("the last question"));
    const slow = setTimeout(() => this.say("The optimizers descend …"), 300);
    try {
      const members = await this.source.members(this.#from(), store.get("rate"), names, store.get("steps"));
      if (asked !== this.asked || members === null) return; // another one has been asked in the meantime
      this.members = members;
      this.say("");
      this.#tell();
    } catch (error) {
      this.say(error.message);
    } finally {
      clearTimeout(slow);
    }
  }

  /** A line about what could not be done. */
  say(text) {
    this.said.textContent = text;
  }

  /** Let another optimizer of the source take part. */
  enter(name) {
    this.boxes.append(this.#player(name));
    this.basins.querySelector("select").append(element("option", { value: name }, name));
    this.page.store.set({ players: [...this.page.store.get("players"), name] });
  }

  /** The map is another one: begin at this place of it. */
  moved(place) {
    this.page.heat.labels.forEach((label, axis) => (this.labels[axis].textContent = `${axis ? "" : "start "}${label} `));
    this.members = []; // they were elsewhere
    this.page.store.set({ from: place });
    this.ask();
    this.#askBasins();
  }

  /** Let time pass from the start: slowly at first, when most happens. */
  race() {
    const { store } = this.page;
    const began = performance.now();
    store.set({ step: 0, playing: false });
    let last = 0;
    const tick = (now) => {
      if (store.get("step") !== last || store.get("playing")) return; // somebody else sets the time now
      const share = Math.min(1, Math.max(0, (now - began) / 1000 / SECONDS));
      last = share ** 2 * this.end;
      store.set({ step: last });
      if (share < 1) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  #from() {
    const place = this.page.store.get("from");
    return place.length === 2 && place.every(Number.isFinite) ? place : this.page.store.defaults.from;
  }

  #controls() {
    const { store } = this.page;
    const names = this.source.names.map((name) => this.#player(name));
    this.boxes = element("fieldset", { className: "row" }, element("legend", {}, "Optimizers"), ...names);
    const all = () => {
      store.set({ players: [...this.source.names] });
      this.race();
    };
    const own = this.page.paths.length
      ? toggle("the run’s own path", true, (seen) => store.set({ hidden: seen ? [] : this.page.paths.map((path) => path.number) }))
      : null;
    const options = [["", "–"], ...this.source.names.map((name) => [name, name])];
    this.basins = choice("basins of", options, store.get("basins"), (name) => store.set({ basins: name }));
    store.watch(["hidden"], () => own && (own.firstChild.checked = visible(this.page.paths, store).length > 0));
    return [
      element("p", {}, "Click the map, or type a start; drag the learning rate; choose who goes. All are the real optimizers."),
      element("div", { className: "row" }, ...this.#fields(), this.#slider(), button("▶ race all", "Race all optimizers from this start", all)),
      this.boxes,
      element("div", { className: "row" }, ...(this.source.controls?.(this) ?? [])),
      element("div", { className: "row" }, own, this.basins, this.basinKey, this.#logarithmic()),
    ];
  }

  /** A switch for the axis of losses, where there is no other chart that has it. */
  #logarithmic() {
    const { store, paths } = this.page;
    return paths.length ? null : toggle("logarithmic", store.get("log"), (log) => store.set({ log }));
  }

  #player(name) {
    const { store } = this.page;
    const label = toggle(name, false, (chosen) => {
      const others = store.get("players").filter((one) => one !== name);
      store.set({ players: chosen ? [...others, name] : others });
    });
    label.append(" ", swatch(this.source.color(name)));
    store.watch(["players"], () => (label.firstChild.checked = store.get("players").includes(name)));
    return label;
  }

  #slider() {
    const { store } = this.page;
    const { min, max, step, rate, value } = this.source.slider;
    const input = element("input", { type: "range", min, max, step, className: "rate", ariaLabel: "Learning rate" });
    input.oninput = () => store.set({ rate: rate(input.valueAsNumber) });
    const told = element("output");
    store.watch(["rate"], () => {
      input.value = value(store.get("rate"));
      told.textContent = input.ariaValueText = short(rate(input.valueAsNumber));
    });
    return element("label", { className: "rates" }, "learning rate ", input, " ", told);
  }

  #fields() {
    const { store, heat } = this.page;
    this.labels = heat.labels.map((label, axis) => element("span", {}, `${axis ? "" : "start "}${label} `));
    return heat.labels.map((label, axis) => {
      const input = element("input", { type: "number", step: "any", className: "coordinate", ariaLabel: `Start, ${label}` });
      input.onchange = () => {
        const place = this.#from().map((value, other) => (other === axis ? input.valueAsNumber : value));
        if (place.every(Number.isFinite)) this.begin(place);
      };
      store.watch(["from"], () => (input.value = +this.#from()[axis].toPrecision(5)));
      return element("label", {}, this.labels[axis], input);
    });
  }

  #notes() {
    const left = Object.entries(this.section.left_out ?? {}).map(([name, why]) => `${name} is left out: ${why}.`);
    return [this.section.note, ...left].filter(Boolean).map((text) => element("p", { className: "note" }, text));
  }

  #draw(context, to, step) {
    if (this.found) cells(context, to, this.page.heat, this.found);
    for (const member of this.members) trail(context, to, member, step);
    aim(context, to, this.#from());
  }

  /** What is subtracted from losses on a logarithmic axis: 0 where all are positive; `null` where the axis is linear. */
  #base() {
    if (!this.page.store.get("log")) return null;
    const losses = this.members.flatMap((member) => member.losses).filter(Number.isFinite);
    if (losses.every((loss) => loss === losses[0])) return null;
    return losses.every((loss) => loss > 0) ? 0 : Math.min(this.page.heat.lowest ?? Infinity, ...losses);
  }

  #lines() {
    const [low, high] = span([this.page.heat.losses]);
    const most = high + 9 * (high - low); // beyond that a loss would hide all others
    const base = this.#base() ?? 0;
    return this.members.map((member) => {
      const y = member.losses.map((loss) => (loss <= most ? loss - base : NaN));
      return { label: member.name, color: member.color, x: member.steps, y };
    });
  }

  #tell() {
    const { page, members } = this;
    this.table.replaceChildren(standings(members, this.#from(), this.source.exact));
    this.commands.replaceChildren(...commands(members));
    page.guests = members.map((member, number) => guest(member, GUESTS + number));
    page.relief?.invite(page.guests);
    const ended = page.store.get("step") >= this.end;
    this.end = Math.max(lastStep(page.paths), lastStep(page.guests));
    if (ended) page.store.set({ step: this.end });
    page.map.canvas.redraw();
    this.chart.redraw();
  }

  /** Find which points an optimizer reaches from everywhere; only the last question counts. */
  async #askBasins() {
    const { store } = this.page;
    const name = store.get("basins");
    const question = (this.question = Symbol("the last question"));
    this.#tellBasins(null);
    if (!this.source.names.includes(name)) return;
    try {
      const found = await this.source.basins(name, store.get("rate"), store.get("steps"));
      if (question === this.question) this.#tellBasins(found);
    } catch (error) {
      if (question === this.question) this.basinKey.textContent = error.message;
    }
  }

  #tellBasins(found) {
    this.found = found;
    this.page.map.canvas.redraw();
    if (!found) return this.basinKey.replaceChildren();
    const count = (verdict) => found.cells.reduce((sum, one) => sum + (one === verdict), 0);
    const points = found.points.map((point, number) => [number, `(${point.map(short).join(", ")})`]);
    const told = [...points, [253, "elsewhere"], [254, "still moves"], [255, "lost"]].filter(([verdict]) => count(verdict));
    this.basinKey.replaceChildren(
      ...told.flatMap(([verdict, words]) => [swatch(tint(verdict, found.colors)), ` ${words}: ${count(verdict)}  `]),
      found.ended ?? "",
    );
  }
}

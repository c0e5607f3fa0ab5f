// The playground: a start that is clicked, a learning rate, optimizers; the members that belong to them.

import { Bundle } from "lab/bundle";
import { Chart, span } from "lab/chart";
import { button, choice, element, section as part, toggle } from "lab/elements";
import { Live } from "lab/live";
import { short } from "lab/numbers";
import { commands, standings, swatch } from "lab/standings";
import { aim, cells, tint, trail } from "lab/trails";

const SECONDS = 3;

export function show(section, page) {
  const source = section.live ? new Live(section) : new Bundle(section, page.heat);
  page.playground = new Playground(source, page, section);
  page.stage.parentElement.insertBefore(page.playground.element, page.timeline.isConnected ? page.timeline.nextSibling : page.stage.nextSibling);
}

export class Playground {
  /** `source` gives members: a `Bundle` those that are nearest, a server those that are asked for. */
  constructor(source, page, section) {
    Object.assign(this, { source, page, section });
    const { store, paths } = page;
    this.members = [];
    this.moment = Infinity;
    const start = paths.length ? paths[0].kept(0, 0) : source.middle;
    const rate = section.optimizers[0].rate ?? 0.01;
    store.keep({ from: start, rate, players: [source.names[0]], basins: "", steps: section.steps ?? 0 });
    if (source.add) for (const name of store.get("players")) source.add(name);
    this.chart = new Chart({
      words: "The loss of each optimizer from the clicked start",
      lines: () => this.#lines(),
      labels: () => ["steps", "loss"],
      logarithmic: () => store.get("log"),
    });
    this.table = element("div", { className: "scroll" });
    this.basinKey = element("p", { className: "key" });
    this.said = element("p", { role: "status" });
    this.commands = element("div");
    this.element = part("Playground", ...this.#controls(), this.said, this.table, this.commands, this.chart.element, ...this.#notes());
    this.element.className = "playground";
    page.map.layers.push((context, to) => this.#draw(context, to));
    page.map.picked.addEventListener("pick", ({ detail }) => this.begin(detail));
    store.watch(["from", "rate", "players", "steps"], () => this.ask());
    store.watch(["basins", "rate"], () => this.#tellBasins());
    store.watch(["theme", "log"], () => this.chart.redraw());
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
    this.page.store.set({ players: [...this.page.store.get("players"), name] });
  }

  /** The map is another one: begin at this place of it. */
  moved(place) {
    this.page.heat.labels.forEach((label, axis) => (this.labels[axis].textContent = `${axis ? "" : "start "}${label} `));
    this.members = []; // they were elsewhere
    this.page.store.set({ from: place });
    this.ask();
  }

  /** Let time pass from the start. */
  race() {
    const began = performance.now();
    const race = (this.racing = Symbol("the last race"));
    const tick = (now) => {
      if (race !== this.racing) return;
      const share = Math.max(0, (now - began) / 1000 / SECONDS);
      this.moment = share < 1 ? share : Infinity;
      this.page.map.canvas.redraw();
      this.chart.redraw();
      if (share < 1) requestAnimationFrame(tick);
    };
    this.moment = 0;
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
    const basins = this.source.basins
      ? choice("basins of", [["", "–"], ...this.source.names.map((name) => [name, name])], store.get("basins"), (name) => store.set({ basins: name }))
      : null;
    store.watch(["hidden"], () => own && (own.firstChild.checked = this.page.paths.some((path) => !store.get("hidden").includes(path.number))));
    return [
      element("p", {}, "Click the map, or type a start; drag the learning rate; choose who goes. All are the real optimizers."),
      element("div", { className: "row" }, ...this.#fields(), this.#slider(), button("▶ race all", "Race all optimizers from this start", all)),
      this.boxes,
      element("div", { className: "row" }, ...(this.source.controls?.(this) ?? [])),
      element("div", { className: "row" }, own, basins, this.basinKey),
    ];
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

  #draw(context, to) {
    const { store, heat } = this.page;
    const basins = store.get("basins");
    if (this.source.names.includes(basins) && this.source.basins) cells(context, to, heat, this.source.basins(basins, store.get("rate")));
    for (const member of this.members) trail(context, to, member, this.#step(member));
    aim(context, to, this.#from());
  }

  /** At which step a member is now: a race goes slowly at first, when most happens. */
  #step({ steps }) {
    return this.moment < 1 ? this.moment ** 2 * this.total : steps[steps.length - 1];
  }

  /** The last step of all members. */
  get total() {
    return Math.max(1, ...this.members.map(({ steps }) => steps[steps.length - 1]));
  }

  #lines() {
    const [low, high] = span([this.page.heat.losses]);
    const most = high + 9 * (high - low); // beyond that a loss would hide all others
    return this.members.map((member) => {
      const now = this.moment < 1 ? this.#step(member) : undefined;
      return { label: member.name, color: member.color, x: member.steps, y: member.losses.map((loss) => (loss <= most ? loss : NaN)), now };
    });
  }

  #tell() {
    this.table.replaceChildren(standings(this.members, this.#from(), this.source.exact));
    this.commands.replaceChildren(...commands(this.members));
    this.page.map.canvas.redraw();
    this.chart.redraw();
  }

  #tellBasins() {
    const { store } = this.page;
    const name = store.get("basins");
    this.page.map.canvas.redraw();
    if (!this.source.basins || !this.source.names.includes(name)) return this.basinKey.replaceChildren();
    const found = this.source.basins(name, store.get("rate"));
    const count = (verdict) => found.cells.filter((one) => one === verdict).length;
    const points = found.points.map((point, number) => [number, `(${point.map(short).join(", ")})`]);
    const told = [...points, [253, "elsewhere"], [254, "still moves"], [255, "lost"]].filter(([verdict]) => count(verdict));
    this.basinKey.replaceChildren(
      ...told.flatMap(([verdict, words]) => [swatch(tint(verdict, found.colors)), ` ${words}: ${count(verdict)}  `]),
    );
  }
}

// Curves over what was spent: axes, lines, a mark at the present moment, values under the pointer.

import { dot, drawing, element, layer, pixelOf } from "lab/elements";
import { points } from "lab/points";
import { between, decades, lastBefore, short, ticks } from "lab/numbers";
import { color, legible } from "lab/tints";

const FAINTEST = 1e-24; // of the highest: below it a logarithmic axis ends
const AROUND = { left: 58, right: 12, top: 10, bottom: 36 };

/** The lowest and the highest finite value, of positive ones only where `positive`. */
export function span(arrays, positive = false) {
  let low = Infinity;
  let high = -Infinity;
  for (const values of arrays) {
    for (const value of values) {
      if (!Number.isFinite(value) || (positive && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [positive ? 0.1 : 0, 1];
}

export class Chart {
  /**
   * `lines()` gives the lines that are seen: `{ label, color, x, y, width, alpha, dash }` with rising `x`; `now(line)`
   * is the x of the present moment, where the line has a mark; with `marks`, each of its points has one. `labels()`
   * are those of both axes. The axis does not follow a line that `leaves`, since it diverged.
   */
  constructor({ words, lines, labels, now = (line) => line.now, logarithmic = () => false, logarithmicAcross = false, pick = null }) {
    Object.assign(this, { words, lines, labels, now, logarithmic, logarithmicAcross, pick });
    this.canvas = drawing(words, (context, width, height) => this.#draw(context, width, height));
    this.still = layer(this.canvas, (context, width, height) => this.#lines(context, width, height));
    this.hint = element("output", { className: "hint" });
    this.element = element("figure", { className: "chart" }, this.canvas, this.hint);
    this.canvas.addEventListener("pointermove", (event) => this.#tell(event));
    this.canvas.addEventListener("pointerdown", (event) => this.#choose(event));
    this.canvas.addEventListener("pointerleave", () => (this.hint.textContent = ""));
  }

  /** Draw all again, since lines or axes have changed. */
  redraw() {
    this.still.renew();
    this.canvas.redraw();
  }

  /** Draw the marks again, since time has passed. */
  move() {
    this.canvas.redraw();
  }

  #draw(context, width, height) {
    context.clearRect(0, 0, width, height);
    this.still.draw(context);
    for (const line of this.seen) this.#mark(context, line, this.now(line));
  }

  #lines(context, width, height) {
    const lines = (this.seen = this.lines().map((line) => ({ ...line, color: legible(line.color) })));
    const log = this.logarithmic();
    const box = { left: AROUND.left, top: AROUND.top };
    box.across = width - AROUND.left - AROUND.right;
    box.down = height - AROUND.top - AROUND.bottom;
    const [x0, x1] = this.#across(span(lines.map((line) => line.x), this.logarithmicAcross));
    const staying = lines.filter((line) => !line.leaves);
    let [y0, y1] = span((staying.length ? staying : lines).map((line) => line.y), log);
    if (log) y0 = Math.max(y0, FAINTEST * y1);
    if (log && staying.some((line) => line.y.some((value) => value <= 0))) y0 *= 0.3; // below it lies what is 0
    if (y0 === y1) [y0, y1] = log ? [0.5 * y0, 2 * y1] : [y0 - 0.5 * (Math.abs(y0) || 1), y1 + 0.5 * (Math.abs(y1) || 1)];
    const way = (y) => (log ? Math.log10(Math.max(y, y0)) : y);
    this.scale = { x0, x1, y0: way(y0), y1: way(y1), way, box };
    this.#axes(context, log ? decades(y0, y1, box.down / 40) : ticks(y0, y1, box.down / 40));
    context.save();
    context.beginPath();
    context.rect(box.left, box.top - 4, box.across + 4, box.down + 8);
    context.clip();
    for (const line of lines) this.#line(context, line);
    for (const line of lines) if (line.marks) points(context, line, (x) => this.#right(x), (y) => this.#below(y), box);
    context.restore();
  }

  /** The ends of the axis across: never the same. */
  #across([low, high]) {
    if (this.logarithmicAcross) return [low / 1.2, high * 1.2];
    return [low, high > low ? high : low + 1];
  }

  #right(x) {
    const { x0, x1, box } = this.scale;
    const share = this.logarithmicAcross ? Math.log(x / x0) / Math.log(x1 / x0) : (x - x0) / (x1 - x0);
    return box.left + box.across * share;
  }

  #below(y) {
    const { y0, y1, way, box } = this.scale;
    return box.top + box.down * (1 - (way(y) - y0) / (y1 - y0));
  }

  #axes(context, levels) {
    const { x0, x1, box } = this.scale;
    context.font = "12px system-ui, sans-serif";
    context.lineWidth = 1;
    context.strokeStyle = color("grid");
    context.fillStyle = color("words");
    context.textAlign = "right";
    for (const level of levels) {
      const y = this.#below(level);
      context.beginPath();
      context.moveTo(box.left, y);
      context.lineTo(box.left + box.across, y);
      context.stroke();
      context.fillText(short(level), box.left - 6, y + 4);
    }
    context.textAlign = "center";
    for (const x of (this.logarithmicAcross ? decades : ticks)(x0, x1, box.across / 80)) {
      const half = 0.5 * context.measureText(short(x)).width;
      const most = this.canvas.clientWidth - half - 1; // the last one is not cut
      context.fillText(short(x), Math.min(this.#right(x), most), box.top + box.down + 17);
    }
    const [across, up] = this.labels();
    context.fillText(across, box.left + 0.5 * box.across, box.top + box.down + 33);
    context.save();
    context.translate(11, box.top + 0.5 * box.down);
    context.rotate(-0.5 * Math.PI);
    context.fillText(up, 0, 0);
    context.restore();
  }

  /** A line; where many points share a column of pixels, its lowest and its highest there. */
  #line(context, { x, y, color: tint, width = 1.8, alpha = 1, dash = [] }) {
    context.globalAlpha = alpha;
    context.strokeStyle = tint;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.lineJoin = "round";
    context.beginPath();
    let column = null;
    let drawn = false;
    const flush = () => {
      if (column === null) return;
      for (const value of column.low === column.high ? [column.low] : [column.first, column.low, column.high, column.final]) {
        if (drawn) context.lineTo(column.at, this.#below(value));
        else context.moveTo(column.at, this.#below(value));
        drawn = true;
      }
      column = null;
    };
    for (let index = 0; index < x.length; index += 1) {
      if (!Number.isFinite(this.scale.way(y[index]))) {
        flush();
        drawn = false;
        continue;
      }
      const at = Math.round(2 * this.#right(x[index])) / 2;
      if (column && column.at !== at) flush();
      column ??= { at, low: y[index], high: y[index], first: y[index], final: y[index] };
      column.low = Math.min(column.low, y[index]);
      column.high = Math.max(column.high, y[index]);
      column.final = y[index];
    }
    flush();
    context.stroke();
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  #mark(context, { x, y, color: tint }, now) {
    if (now === undefined) return;
    const below = this.#below(y[lastBefore(x, now)]);
    if (!Number.isFinite(below)) return;
    dot(context, [this.#right(Math.min(now, x[x.length - 1])), below], 5, tint, color("ground"));
  }

  #x(event) {
    const { x0, x1, box } = this.scale;
    const share = (pixelOf(event, this.canvas)[0] - box.left) / box.across;
    if (!(share >= 0 && share <= 1)) return null;
    return this.logarithmicAcross ? x0 * (x1 / x0) ** share : x0 + share * (x1 - x0);
  }

  #tell(event) {
    if (!this.scale) return;
    const x = this.#x(event);
    if (event.buttons && x !== null) this.pick?.(x);
    if (x === null) return void (this.hint.textContent = "");
    const told = this.seen
      .filter((line) => line.label)
      .slice(0, 6)
      .map((line) => `${line.label}: ${short(between(line.x, line.y, x))}`);
    this.hint.textContent = `${this.labels()[0]} ${short(x)} · ${told.join(" · ")}`;
  }

  #choose(event) {
    const x = this.scale && this.#x(event);
    if (x !== null && x !== undefined) this.pick?.(x);
  }
}

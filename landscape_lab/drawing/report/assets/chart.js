// Curves over what was spent: axes, lines, a mark at the present moment, values under the pointer.

import { color, drawing, element, layer } from "lab/elements";
import { between, decades, lastBefore, short, ticks } from "lab/numbers";

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
   * is the x of the present moment, where the line has a mark. `labels()` are those of both axes.
   */
  constructor({ words, lines, labels, now = () => undefined, logarithmic = () => false, pick = null }) {
    Object.assign(this, { words, lines, labels, now, logarithmic, pick });
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
    const lines = (this.seen = this.lines());
    const log = this.logarithmic();
    const box = { left: AROUND.left, top: AROUND.top };
    box.across = width - AROUND.left - AROUND.right;
    box.down = height - AROUND.top - AROUND.bottom;
    const [x0, x1] = span(lines.map((line) => line.x));
    let [y0, y1] = span(lines.map((line) => line.y), log);
    if (y0 === y1) [y0, y1] = log ? [0.5 * y0, 2 * y1] : [y0 - 0.5 * (Math.abs(y0) || 1), y1 + 0.5 * (Math.abs(y1) || 1)];
    const way = (y) => (log ? Math.log10(y) : y);
    this.scale = { x0, x1: x1 > x0 ? x1 : x0 + 1, y0: way(y0), y1: way(y1), way, box };
    this.#axes(context, log ? decades(y0, y1, box.down / 40) : ticks(y0, y1, box.down / 40));
    context.save();
    context.beginPath();
    context.rect(box.left, box.top - 4, box.across + 4, box.down + 8);
    context.clip();
    for (const line of lines) this.#line(context, line);
    context.restore();
  }

  #right(x) {
    const { x0, x1, box } = this.scale;
    return box.left + (box.across * (x - x0)) / (x1 - x0);
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
    for (const x of ticks(x0, x1, box.across / 80)) context.fillText(short(x), this.#right(x), box.top + box.down + 17);
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
    context.beginPath();
    context.arc(this.#right(Math.min(now, x[x.length - 1])), below, 5, 0, 2 * Math.PI);
    context.fillStyle = tint;
    context.fill();
    context.strokeStyle = color("ground");
    context.lineWidth = 1.5;
    context.stroke();
  }

  #x(event) {
    const { x0, x1, box } = this.scale;
    const share = (event.clientX - this.canvas.getBoundingClientRect().left - box.left) / box.across;
    return share >= 0 && share <= 1 ? x0 + share * (x1 - x0) : null;
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

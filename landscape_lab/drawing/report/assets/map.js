// The map: losses in colours, lines of equal height, the paths up to the present step.

import { contours } from "lab/contours";
import { button, dot, drawing, element, layer, pixelOf } from "lab/elements";
import { lastBefore, short, ticks } from "lab/numbers";
import { layered, visible } from "lab/paths";
import { color } from "lab/tints";

const CROWD = 8; // more members have no dark line around their paths
const AROUND = { left: 46, right: 10, top: 8, bottom: 34 };

export class MapView {
  /** Layers are drawn above the paths, `layer(context, toPixel)`; `pick` hears where the map was clicked. */
  constructor({ heat, paths, minima, store }) {
    Object.assign(this, { heat, paths, minima, store });
    this.layers = [];
    this.picked = new EventTarget();
    this.seen = this.#all();
    this.#color();
    this.canvas = drawing("", (context, width, height) => this.#draw(context, width, height));
    this.still = layer(this.canvas, (context) => this.#ground(context));
    this.hint = element("output", { className: "hint" });
    const zoom = (times) => () => this.#zoom(times);
    this.corner = element("div", { className: "corner" }, button("+", "Zoom in", zoom(2)), button("−", "Zoom out", zoom(0.5)));
    this.element = element(
      "figure",
      { className: "map" },
      this.canvas,
      this.hint,
      this.corner,
    );
    this.#listen();
    store.watch(["hidden", "theme"], () => this.#renew());
    store.watch(["step"], () => this.canvas.redraw());
    store.watch(["step"], () => this.#describe());
  }

  /** Draw the losses anew, whose heights have changed. */
  recolor() {
    this.#color();
    this.#renew();
  }

  /** Show a picture in place of the losses. */
  cover(picture) {
    Object.assign(this, { picture, contours: [] });
    this.#renew();
  }

  /** Show another landscape. */
  replace(heat, minima) {
    Object.assign(this, { heat, minima });
    this.seen = this.#all();
    this.recolor();
  }

  #color() {
    this.picture = this.heat.picture();
    this.contours = contours(this.heat);
  }

  /** The rectangle that is drawn, in pixels, and how many pixels a unit has along each axis. */
  #layout() {
    const { heat, seen } = this;
    const width = this.canvas.clientWidth - AROUND.left - AROUND.right;
    const height = this.canvas.clientHeight - AROUND.top - AROUND.bottom;
    let perX = width / Math.abs(heat.right - heat.left);
    let perY = height / Math.abs(heat.last - heat.first);
    if (heat.equal) perX = perY = Math.min(perX, perY);
    const across = Math.min(width, perX * (heat.right - heat.left));
    const down = Math.min(height, perY * (heat.last - heat.first));
    const left = AROUND.left + 0.5 * (width - across);
    return { left, top: AROUND.top, across, down, perX: perX * seen.zoom, perY: perY * seen.zoom };
  }

  /** The way from a place to a pixel of the canvas, as it is now. */
  projection() {
    const { left, top, across, down, perX, perY } = this.#layout();
    const upwards = this.heat.downwards ? perY : -perY;
    const [x0, y0] = [left + 0.5 * across - perX * this.seen.x, top + 0.5 * down - upwards * this.seen.y];
    return ([x, y]) => [x0 + perX * x, y0 + upwards * y];
  }

  /** And back. */
  toPlace([right, below]) {
    const { left, top, across, down, perX, perY } = this.#layout();
    const upwards = this.heat.downwards ? 1 : -1;
    return [this.seen.x + (right - left - 0.5 * across) / perX, this.seen.y + (upwards * (below - top - 0.5 * down)) / perY];
  }

  #draw(context, width, height) {
    const step = this.store.get("step");
    const to = this.projection();
    context.clearRect(0, 0, width, height);
    this.still.draw(context);
    this.#inside(context, () => {
      for (const path of layered(visible(this.paths, this.store))) this.#past(context, to, path, step);
      this.#minima(context, to);
      for (const layer of this.layers) layer(context, to, step);
    });
  }

  /** Draw what ends at the edges of the map. */
  #inside(context, draw) {
    const { left, top, across, down } = this.#layout();
    context.save();
    context.beginPath();
    context.rect(left, top, across, down);
    context.clip();
    draw();
    context.restore();
  }

  /** What does not change with time: the losses and, faint, the whole paths. */
  #ground(context) {
    const to = this.projection();
    const { left, across } = this.#layout();
    this.corner.style.right = `${this.canvas.clientWidth - left - across + 6}px`; // inside the map
    this.#axes(context, this.#layout());
    this.#inside(context, () => {
      this.#losses(context, to);
      this.#contours(context, to);
      for (const path of visible(this.paths, this.store)) this.#whole(context, to, path);
    });
  }

  #losses(context, to) {
    const { heat } = this;
    const upper = heat.downwards ? heat.first : heat.last;
    const [x0, y0] = to([heat.left, upper]);
    const [x1, y1] = to([heat.right, heat.downwards ? heat.last : heat.first]);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.picture, x0, y0, x1 - x0, y1 - y0);
  }

  #axes(context, { left, top, across, down }) {
    const to = this.projection();
    context.fillStyle = color("words");
    context.font = "12px system-ui, sans-serif";
    const [x0, y0] = this.toPlace([left, top]);
    const [x1, y1] = this.toPlace([left + across, top + down]);
    context.textAlign = "center";
    context.fillText(this.heat.labels[0], left + 0.5 * across, top + down + 30);
    for (const x of ticks(x0, x1, across / 70)) {
      context.fillText(short(x), to([x, y0])[0], top + down + 15);
    }
    context.textAlign = "right";
    for (const y of ticks(Math.min(y0, y1), Math.max(y0, y1), down / 45)) {
      context.fillText(short(y), left - 5, to([x0, y])[1] + 4);
    }
    context.save();
    context.translate(left - 36, top + 0.5 * down);
    context.rotate(-0.5 * Math.PI);
    context.textAlign = "center";
    context.fillText(this.heat.labels[1], 0, 0);
    context.restore();
  }

  #contours(context, to) {
    context.strokeStyle = "rgba(255, 255, 255, 0.4)";
    context.lineWidth = 0.7;
    context.beginPath();
    const { contours: ends } = this;
    for (let at = 0; at < ends.length; at += 4) {
      context.moveTo(...to([ends[at], ends[at + 1]]));
      context.lineTo(...to([ends[at + 2], ends[at + 3]]));
    }
    context.stroke();
  }

  #whole(context, to, path) {
    const crowd = path.members > CROWD;
    for (let member = 0; member < path.members; member += 1) {
      const points = Array.from(path.at, (_, index) => to(path.kept(index, member)));
      stroke(context, points, path.color(member), crowd ? 0.5 : 1.2, crowd ? 0.15 : 0.45);
    }
  }

  /** The way up to a step, the start, and where a member is now. */
  #past(context, to, path, step) {
    const crowd = path.members > CROWD || path.behind;
    const past = lastBefore(path.at, step);
    for (let member = 0; member < path.members; member += 1) {
      const now = to(path.place(member, step));
      const done = Array.from({ length: past + 1 }, (_, index) => to(path.kept(index, member)));
      const tint = path.color(member);
      if (!crowd) stroke(context, [...done, now], "#202124", 4.4, 1);
      stroke(context, [...done, now], tint, crowd ? 1 : 2.6, path.behind ? 0.5 : 1);
      if (!crowd) dot(context, done[0], 3.5, "#fff", "#202124");
      if (now.every(Number.isFinite)) dot(context, now, crowd ? 2.4 : 6, tint, crowd ? "rgba(0,0,0,0)" : "#fff");
    }
  }

  #minima(context, to) {
    for (let index = 0; index < this.minima.length; index += 2) {
      const [x, y] = to([this.minima[index], this.minima[index + 1]]);
      for (const [width, tint] of [[4, "#202124"], [2, "#00e5ff"]]) {
        context.beginPath();
        context.arc(x, y, 9, 0, 2 * Math.PI);
        context.lineWidth = width;
        context.strokeStyle = tint;
        context.stroke();
      }
    }
  }

  #describe() {
    const step = this.store.get("step");
    const told = this.paths.map((path) => `${path.label}: loss ${short(path.loss(path.representative, step))}`);
    this.canvas.ariaLabel = `Map of the losses with the paths at step ${Math.round(step)}. ${told.slice(0, 8).join("; ")}`;
  }

  #zoom(times, [x, y] = [this.seen.x, this.seen.y]) {
    const zoom = Math.min(200, Math.max(1, this.seen.zoom * times));
    const share = this.seen.zoom / zoom;
    this.seen = zoom === 1 ? this.#all() : { x: x + (this.seen.x - x) * share, y: y + (this.seen.y - y) * share, zoom };
    this.#renew();
  }

  #renew() {
    this.still.renew();
    this.canvas.redraw();
  }

  #all() {
    return { x: 0.5 * (this.heat.left + this.heat.right), y: 0.5 * (this.heat.first + this.heat.last), zoom: 1 };
  }

  #listen() {
    const { canvas } = this;
    let from = null;
    const at = (event) => pixelOf(event, canvas);
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && this.seen.zoom === 1 && event.deltaY > 0) return; // the page scrolls
      event.preventDefault();
      this.#zoom(event.deltaY < 0 ? 1.25 : 0.8, this.toPlace(at(event)));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      from = { pixel: at(event), seen: this.seen, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      const pixel = at(event);
      this.hint.textContent = this.heat.told(this.toPlace(pixel));
      if (!from) return;
      const [right, below] = [pixel[0] - from.pixel[0], pixel[1] - from.pixel[1]];
      from.moved ||= Math.hypot(right, below) > 4;
      if (!from.moved || this.seen.zoom === 1) return;
      const { perX, perY } = this.#layout();
      const upwards = this.heat.downwards ? 1 : -1;
      this.seen = { ...from.seen, x: from.seen.x - right / perX, y: from.seen.y - (upwards * below) / perY };
      this.#renew();
    });
    canvas.addEventListener("pointerup", (event) => {
      const place = this.toPlace(at(event));
      const clicked = from && !from.moved && Number.isFinite(this.heat.loss(place));
      from = null;
      if (clicked) this.picked.dispatchEvent(new CustomEvent("pick", { detail: place }));
    });
    canvas.addEventListener("pointerleave", () => (this.hint.textContent = ""));
    canvas.addEventListener("dblclick", () => this.#zoom(0));
  }
}

function stroke(context, points, tint, width, alpha) {
  context.globalAlpha = alpha;
  context.strokeStyle = tint;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  let drawn = null;
  points.forEach(([x, y], index) => {
    const near = drawn && Math.abs(x - drawn[0]) + Math.abs(y - drawn[1]) < 1; // nobody sees less than a pixel
    if (near && index + 1 < points.length) return;
    if (!Number.isFinite(x) || !Number.isFinite(y)) drawn = null;
    else {
      if (drawn) context.lineTo(clamp(x), clamp(y));
      else context.moveTo(clamp(x), clamp(y));
      drawn = [x, y];
    }
  });
  context.stroke();
  context.globalAlpha = 1;
}

// A canvas draws nothing of a line whose end is astronomically far away.
const clamp = (pixel) => Math.max(-1e5, Math.min(1e5, pixel));

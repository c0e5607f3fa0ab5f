// What real optimizers did from everywhere, as `playing/bundle.py` packs it: the nearest member to any wish.

const GONE = 65535;

export class Bundle {
  /** `section` is that of the page; `heat` tells the window. */
  constructor(section, heat) {
    Object.assign(this, section);
    this.heat = heat;
    this.names = section.optimizers.map((one) => one.name);
  }

  /** The slider over learning rates: their numbers. */
  get slider() {
    const nearest = (rate) => {
      const far = this.rates.map((one) => Math.abs(Math.log(one / rate)));
      return far.indexOf(Math.min(...far));
    };
    return { min: 0, max: this.rates.length - 1, step: 1, rate: (value) => this.rates[value], value: nearest };
  }

  color(name) {
    return this.#of(name).color;
  }

  /** The members of some optimizers that begin nearest to a place, at the rate nearest to another. */
  async members(start, rate, names) {
    return names.map((name) => this.member(name, this.#cell(start), this.slider.value(rate)));
  }

  /** A member: its start, its rate, its places and its losses at `steps`. */
  member(name, cell, rateIndex) {
    const one = this.#of(name);
    const [, , rates] = one.paths.shape;
    const index = Math.min(rateIndex, rates - 1);
    const [u, v] = [0, 1].map((axis) => series(one.paths, axis * one.losses.shape[0] + cell, index));
    const { left, right, first, last } = this.heat;
    const place = (share, low, high) => (share === null ? NaN : low + (share * 3 - 1) * (high - low));
    const places = u.map((share, at) => [place(share, left, right), place(v[at], first, last)]);
    const losses = series(one.losses, cell, index).map((share) => this.#loss(share));
    const verdict = this.reached[this.names.indexOf(name)][cell * rates + index];
    return {
      ...{ name, color: one.color, rate: rates > 1 || one.rate !== null ? this.rates[index] : null },
      ...{ steps: steps(one.steps, cell, index), places, losses, start: this.#start(cell), ended: this.#words(verdict) },
    };
  }

  /** For each cell of the window the verdict on the member that began there. */
  async basins(name, rate) {
    const rates = this.#of(name).losses.shape[1];
    const index = Math.min(this.slider.value(rate), rates - 1);
    const reached = this.reached[this.names.indexOf(name)];
    const cells = Array.from({ length: this.starts.columns * this.starts.rows }, (_, cell) => reached[cell * rates + index]);
    return { ...this.starts, cells, points: this.points, colors: this.point_colors };
  }

  #of(name) {
    return this.optimizers[this.names.indexOf(name)];
  }

  #cell([x, y]) {
    const { left, right, first, last } = this.heat;
    const { columns, rows } = this.starts;
    const within = (share, number) => Math.min(number - 1, Math.max(0, Math.floor(share * number)));
    return within((y - first) / (last - first), rows) * columns + within((x - left) / (right - left), columns);
  }

  #start(cell) {
    const { left, right, first, last } = this.heat;
    const { columns, rows } = this.starts;
    const column = (cell % columns) + 0.5;
    const row = Math.floor(cell / columns) + 0.5;
    return [left + (column / columns) * (right - left), first + (row / rows) * (last - first)];
  }

  #loss(share) {
    if (share === null) return NaN;
    const { low, floor, from, to } = this.heights;
    if (share === 0) return low;
    return low + 10 ** (from + share * (to - from)) - floor;
  }

  #words(verdict) {
    if (verdict === 255) return "diverged or left";
    if (verdict === 254) return "still moves";
    return "came to rest";
  }
}

/** A series that is packed as its changes. */
function steps(packed, number, index) {
  const [rates, kept] = packed.shape.slice(-2);
  const from = (number * rates + index) * kept;
  let value = 0;
  return Array.from({ length: kept }, (_, at) => (value = (value + packed[from + at]) & GONE));
}

/** Shares from 0 to 1; `null` is none. */
function series(packed, number, index) {
  return steps(packed, number, index).map((value) => (value === GONE ? null : value / (GONE - 1)));
}

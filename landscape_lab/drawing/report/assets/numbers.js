// Numbers as people read them, and where axes have ticks.

const DECIMAL = new Intl.NumberFormat("en", { maximumFractionDigits: 8 });

/** A number in about four digits; what is not finite is a dash. */
export function short(value) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return DECIMAL.format(+value.toPrecision(4));
  return value.toExponential(2).replace("e+", "e").replace(/\.?0+e/, "e");
}

/** About `count` round numbers from low to high. */
export function ticks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0)) return [low];
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * decade).find((size) => size >= rough * 0.999);
  const made = [];
  for (let tick = Math.ceil(low / step - 1e-9); tick * step <= high + 1e-9 * step; tick += 1) made.push(tick * step);
  return made.length < 2 && count < 20 ? ticks(low, high, 2 * Math.max(1, count)) : made; // one alone tells no scale
}

/** Powers of ten from low to high, at most `count`; fewer than two decades have round numbers between. */
export function decades(low, high, count) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) return ticks(low, high, count).filter((tick) => tick > 0);
  const every = Math.max(1, Math.ceil((last - first + 1) / count));
  const made = [];
  for (let power = first; power <= last; power += every) made.push(10 ** power);
  return made;
}

/** The number of the last of some rising values up to a moment; before the first one, the first. */
export function lastBefore(values, moment) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= moment) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** The value at a moment between rising ones, on the straight line; beyond them the nearest. */
export function between(at, values, moment) {
  const index = lastBefore(at, moment);
  const next = Math.min(index + 1, at.length - 1);
  const span = at[next] - at[index];
  const share = span > 0 ? Math.min(1, Math.max(0, (moment - at[index]) / span)) : 0;
  return values[index] + (share > 0 ? share * (values[next] - values[index]) : 0);
}

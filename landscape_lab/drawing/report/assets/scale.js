// Linear or logarithmic heights, as `heights.py` makes them, and the levels of their lines.

const LINES = 18;

/** Draw the losses of a map linearly, logarithmically, or as it came: `""`; tells whether that is another way than before. */
export function rescale(heat, kind) {
  const before = heat.heights;
  heat.given ??= { heights: heat.heights, levels: heat.levels };
  const given = heat.given.heights.logarithmic ? "logarithmic" : "linear";
  if (!kind || kind === given) Object.assign(heat, heat.given);
  else if (kind !== (before.logarithmic ? "logarithmic" : "linear")) Object.assign(heat, scaled(heat, kind === "logarithmic"));
  return heat.heights !== before;
}

function scaled(heat, logarithmic) {
  const finite = Float64Array.from(heat.losses).filter(Number.isFinite).sort();
  const [low, high] = finite.length ? [finite[0], finite[finite.length - 1]] : [0, 1];
  const floor = logarithmic ? Math.max(quantile(finite, 0.01) - low, 1e-6 * (high - low)) : 0;
  const ends = logarithmic ? [Math.log10(floor), Math.log10(high - low + floor)] : [low, high];
  const span = ends[1] > ends[0] ? ends : [-1, 1].map((side) => side + (logarithmic ? 0 : low));
  const above = Math.abs(low) < floor ? "" : ` above ${+low.toPrecision(4)}`;
  const label = logarithmic ? `loss${above}, logarithmic` : "loss";
  const count = heat.given.levels.length && ends[1] > ends[0] ? LINES : 0;
  const levels = Array.from({ length: count }, (_, at) => span[0] + ((at + 1) / (count + 1)) * (span[1] - span[0]));
  return { heights: { logarithmic, low, floor: floor || (logarithmic ? 1 : 0), span, label }, levels };
}

function quantile(sorted, share) {
  return sorted.length ? sorted[Math.floor(share * (sorted.length - 1))] : 0;
}

/** `number(level)`: whole on each line of equal height, between them on a straight line. */
export function numbered({ levels, heights }) {
  const [low, high] = heights.span;
  const at = levels.map((height) => (height - low) / (high - low));
  if (!at.length) return { some: false, number: () => 0 };
  const first = at.length > 1 ? at[1] - at[0] : 1;
  const last = at.length > 1 ? at[at.length - 1] - at[at.length - 2] : 1;
  const number = (level) => {
    if (level < at[0]) return Math.max(-0.5, (level - at[0]) / first);
    const next = at.findIndex((line) => line > level);
    if (next < 0) return at.length - 1 + Math.min(0.5, (level - at[at.length - 1]) / last);
    return next - 1 + (level - at[next - 1]) / (at[next] - at[next - 1]);
  };
  return { some: true, number };
}

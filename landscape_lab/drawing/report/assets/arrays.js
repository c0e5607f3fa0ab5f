// Arrays as `arrays.py` packs them: typed arrays that know their shape.

const KINDS = { f4: Float32Array, i4: Int32Array, u2: Uint16Array, u1: Uint8Array };

async function inflated(text) {
  const signs = atob(text);
  const bytes = new Uint8Array(signs.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = signs.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Any JSON value, with typed arrays in place of packed ones. */
export async function unpacked(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map(unpacked));
  if (typeof value.data === "string" && value.type in KINDS) {
    const array = new KINDS[value.type](await inflated(value.data));
    array.shape = value.shape;
    return array;
  }
  const entries = await Promise.all(Object.entries(value).map(async ([name, one]) => [name, await unpacked(one)]));
  return Object.fromEntries(entries);
}

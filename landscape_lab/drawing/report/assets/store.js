// What is seen: step, speed, which paths, axes, view. It stands in the address, so that a link restores it.

/** What an address may say of a number: the nearest one from low to high. */
export const within = (low, high) => (value) => Math.min(high, Math.max(low, value));

/** What it may say where there are choices: one of them. */
export const among = (choices) => (value) => (choices.includes(value) ? value : undefined);

export class Store extends EventTarget {
  /**
   * `defaults` tells each name with its value; what the address says goes first, as far as `limits` take it: a function
   * for a name gives the value that is meant, or `undefined` where there is none.
   */
  constructor(defaults, limits = {}) {
    super();
    Object.assign(this, { defaults, limits });
    this.values = { ...defaults, ...this.#read() };
    window.addEventListener("hashchange", () => this.set(this.#read()));
  }

  get(name) {
    return this.values[name];
  }

  /** Change some values, and tell who watches them. */
  set(changes) {
    const changed = Object.keys(changes).filter(
      (name) => JSON.stringify(changes[name]) !== JSON.stringify(this.values[name]),
    );
    if (!changed.length) return;
    Object.assign(this.values, changes);
    this.dispatchEvent(new CustomEvent("change", { detail: new Set(changed) }));
    this.#write();
  }

  /** Call `seen` now and whenever one of the names changes. */
  watch(names, seen) {
    this.addEventListener("change", ({ detail }) => names.some((name) => detail.has(name)) && seen());
    seen();
  }

  /** Add values that a part of the page keeps; the address may know them already. */
  keep(defaults, limits = {}) {
    Object.assign(this.defaults, defaults);
    Object.assign(this.limits, limits);
    this.values = { ...defaults, ...this.values, ...this.#read() };
  }

  #read() {
    const found = {};
    for (const [name, text] of new URLSearchParams(location.hash.slice(1))) {
      if (!(name in this.defaults)) continue;
      try {
        const value = JSON.parse(text);
        const kept = this.defaults[name];
        if (value === null || typeof value !== typeof kept || Array.isArray(value) !== Array.isArray(kept)) continue;
        const meant = name in this.limits ? this.limits[name](value) : value;
        if (meant !== undefined) found[name] = meant;
      } catch {
        // an address that somebody shortened by hand: what it still says is taken
      }
    }
    return found;
  }

  #write() {
    clearTimeout(this.waiting); // browsers refuse more than a hundred changes of an address in half a minute
    this.waiting = setTimeout(() => {
      const words = new URLSearchParams();
      for (const [name, value] of Object.entries(this.values)) {
        if (JSON.stringify(value) !== JSON.stringify(this.defaults[name])) words.set(name, JSON.stringify(value));
      }
      history.replaceState(null, "", `#${words}`);
    }, 300);
  }
}

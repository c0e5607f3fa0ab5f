// Light or dark: as the system has it, until somebody turns the switch.

import { button } from "lab/elements";

export const THEMES = ["system", "light", "dark"];
const NEXT = { system: "light", light: "dark", dark: "system" };
const SIGNS = { system: "◐", light: "☀", dark: "☾" };

export function theme(store) {
  const root = document.documentElement;
  const turn = button("", "", () => store.set({ theme: NEXT[store.get("theme")] }));
  store.watch(["theme"], () => {
    const name = store.get("theme");
    if (name === "system") delete root.dataset.theme;
    else root.dataset.theme = name;
    turn.textContent = SIGNS[name] ?? SIGNS.system;
    turn.title = turn.ariaLabel = `Colours: ${name}`;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    store.dispatchEvent(new CustomEvent("change", { detail: new Set(["theme"]) })),
  );
  return turn;
}

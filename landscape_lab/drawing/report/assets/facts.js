// Results, configuration, and the command that repeats it.

import { copying, element, section, table } from "lab/elements";
import { short } from "lab/numbers";

const text = (value) => {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return short(value);
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

export function facts({ content }) {
  const entries = Object.entries(content.facts).map(([name, value]) => [name.replaceAll("_", " "), text(value)]);
  const parts = [];
  if (entries.length) parts.push(section("Results", element("div", { className: "scroll" }, table(entries))));
  if (content.command) parts.push(section("Again", command(content.command)));
  if (content.configuration) {
    const words = element("pre", {}, content.configuration);
    parts.push(element("details", {}, element("summary", {}, "Configuration"), words));
  }
  return parts;
}

/** A command, and a button that copies it. */
export function command(words) {
  return element("div", { className: "command" }, element("code", {}, words), copying(words, "Copy the command"));
}

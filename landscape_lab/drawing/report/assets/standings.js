// How members of a playground did: a table, and the commands that repeat them.

import { element, swatch } from "lab/elements";
import { command } from "lab/facts";
import { short } from "lab/numbers";

/** A table of members. `from` is the place that was clicked; `exact` tells whether all begin there. */
export function standings(members, from, exact) {
  const beside = exact ? [] : ["its start", "from the click"];
  const names = ["optimizer", ...beside, "its rate", "loss at the end", "lowest", "in the end"];
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)));
  const words = exact ? "Computed just now from this start" : "The nearest members of the bundle, computed once by the real optimizers";
  const rows = members.map((member) => row(member, from, exact));
  return element("table", {}, element("caption", {}, words), element("thead", {}, head), element("tbody", {}, ...rows));
}

function row(member, [x, y], exact) {
  const losses = member.losses.filter(Number.isFinite);
  const far = Math.hypot(member.start[0] - x, member.start[1] - y);
  const texts = [
    ...(exact ? [] : [`(${member.start.map(short).join(", ")})`, short(far)]),
    member.rate === null ? "none" : short(member.rate),
    short(member.losses[member.losses.length - 1]),
    short(losses.length ? Math.min(...losses) : NaN),
    member.ended,
  ];
  return element("tr", {}, element("th", { scope: "row" }, swatch(member.color), ` ${member.name}`), ...texts.map((text) => element("td", {}, text)));
}

/** The commands that repeat members, folded away; nothing where there are none. */
export function commands(members) {
  const told = members.filter((member) => member.command).map((member) => command(member.command));
  return told.length ? [element("details", {}, element("summary", {}, "Commands that repeat this"), ...told)] : [];
}

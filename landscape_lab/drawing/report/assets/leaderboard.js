// The jobs of a sweep in the order of their rank, to be sorted and filtered; why some have none.

import { element, section } from "lab/elements";
import { sheet } from "lab/sheet";

export function show({ jobs, standings }, { root, store }) {
  if (standings) {
    const overall = sheet({ name: "standings", words: "the configurations", ...standings, store });
    root.append(section("Mean ranks over all landscapes", overall));
  }
  const link = (column, value, line) => {
    const address = jobs.links[column]?.[line];
    return address ? element("a", { href: address }, value) : null;
  };
  root.append(section("Leaderboard", sheet({ name: "jobs", words: "the jobs", ...jobs, store, show: link })));
}

// One world: its voters, its ribbon, and who is in office.
import { h, reducedMotion } from "moat/base/dom.js";
import { PARTY, ROLE, dateOf, lastMonth, percent } from "moat/base/format.js";
import { Ribbon } from "moat/watch/ribbon.js";
import { Voters } from "moat/watch/voters.js";

const HIGHLIGHT_MONTHS = 3;

export class WorldPanel {
  constructor(name, onPick) {
    this.heading = h("h2", {}, `World ${name}`);
    this.voters = new Voters(`World ${name}: every voter, ideology across, age up`, onPick);
    this.lastElection = h("p", { class: "moat-election", "aria-hidden": "true" });
    this.ribbon = new Ribbon(name);
    this.caption = h("p", { class: "moat-office" });
    this.node = h("section", { class: "moat-world", "aria-label": `World ${name}` },
      this.heading,
      h("div", { class: "moat-stage" }, this.voters.canvas, this.lastElection,
        h("span", { class: "moat-axis moat-west" }, "◀ opposed"),
        h("span", { class: "moat-axis moat-east" }, "author ▶")),
      h("div", { class: "moat-stage" }, this.ribbon.svg, this.ribbon.labels),
      this.caption);
  }

  show(film, world, month) {
    this.voters.draw(world.places, film.snapshotAt(world, Math.floor(month)).data);
    const latest = Math.min(lastMonth(month), world.series.office.length - 1);
    const election = world.elections.findLast((each) => each.month < month);
    const colours = election ? "the last ballot" : "partisanship until the first election";
    this.caption.textContent = `${PARTY[ROLE[world.series.office[latest]]]} in office; openness `
      + `${world.series.openness[latest].toFixed(2)}; colours show ${colours}.`;
    this.lastElection.textContent = election
      ? `${dateOf(election.month)}: author party ${percent(election.share, 1)}` : "";
    const recent = Boolean(election) && month - election.month < HIGHLIGHT_MONTHS;
    this.lastElection.classList.toggle("moat-highlighted", recent && !reducedMotion());
  }
}

export function legend() {
  const entry = (text, name) => h("span", { class: name }, text);
  return h("p", { class: "moat-legend" },
    entry("■ author party (made the policy)", "moat-author"),
    entry("✚ opposed party", "moat-opponent"),
    entry("· did not vote"),
    entry("dark: holds crypto"),
    entry("larger: high salience (threatened stake)"),
    entry("✕ back to extreme care"),
    entry("▨ deterred by the next election"));
}

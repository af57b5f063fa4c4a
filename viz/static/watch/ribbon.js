// The policy ribbon: party in office, openness with its named levels, elections, crash, outcome. One world, or both in
// one drawing on a narrow screen.
import { freshId, s } from "moat/base/dom.js";
import { PARTY, ROLE, shortDate } from "moat/base/format.js";
import { Drawing, FONT, Plot, fitting, textWidth } from "moat/base/plot.js";
import { outcomeName } from "moat/watch/outcome_text.js";
import { STROKES, crashLines, electionLines } from "moat/watch/marks.js";

const BAR = 18;
const LABEL_SIZE = 12;
const LEVEL_SIZE = 11;
const CROSS = 5;
const CROSS_MONTHS = 3; // the cross stands in the middle of the six months
const DETERRED_MONTHS = 3;
const APART = 1.6; // pixels between two lines at the same level

const short = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(2).replace(/^0/, ""));

// Stretches of months with the same party in office: [first month, month after the last, role].
function terms(office) {
  const spans = [];
  for (let from = 0; from < office.length;) {
    let to = from;
    while (to < office.length && office[to] === office[from]) to += 1;
    spans.push([from, to, ROLE[office[from]]]);
    from = to;
  }
  return spans;
}

// The named levels of openness, lowest first: [value, label]. Levels of equal value share a label.
function levelsOf(title) {
  const named = new Map();
  for (const [name, value] of title.levels) named.set(value, [...(named.get(value) ?? []), name]);
  return [...named].sort(([a], [b]) => a - b).map(([value, names]) => [value, `${names.join(", ")} ${short(value)}`]);
}

// Pixels left of the plot for the names of the levels.
export const levelMargin = (title) =>
  Math.ceil(Math.max(...levelsOf(title).map(([, label]) => textWidth(label, LEVEL_SIZE)))) + 8;

export class Ribbon {
  // indices: which worlds of the film, [0], [1] or [0, 1].
  constructor(indices, height) {
    this.indices = indices;
    this.names = indices.map((index) => "AB"[index]);
    this.drawing = new Drawing("", height, (width, tall) => this.#draw(width, tall));
    this.node = this.drawing.node;
    this.node.classList.add("moat-ribbon");
  }

  build(film) {
    this.film = film;
    this.drawing.redraw();
  }

  // For the exported picture: the same drawing at another size, at the month shown.
  picture(width, height) {
    const { plot, moment } = this;
    const node = this.#draw(width, height);
    Object.assign(this, { plot, moment });
    return node;
  }

  #draw(width, height) {
    const { film } = this;
    if (!film?.title) return [];
    const { months, takeover } = film.title;
    const levels = levelsOf(film.title);
    const plot = new Plot({ width, height, left: levelMargin(film.title), right: 16, top: BAR + 10, bottom: 22, x: [0, months], y: [0, 1] });
    const before = plot.y(film.title.before);
    plot.under.append(s("rect", { x: plot.left, width: plot.right - plot.left, y: before, height: plot.bottom - before,
      fill: "var(--line)", opacity: 0.55 }));
    this.#levels(plot, levels);
    plot.years(months);
    plot.under.append(electionLines(plot, film.title.elections), crashLines(plot, film.title.crashes));
    if (takeover) plot.under.append(plot.vertical(takeover, { stroke: "var(--muted)" }));
    plot.labels.frame = { left: plot.left + 2, right: plot.right, top: plot.top - 4, bottom: plot.bottom };
    plot.labels.keep();
    this.plot = plot;
    this.moment = s("g", {});
    plot.marks.append(this.moment);
    this.month = undefined;
    this.show(this.shown ?? 0);
    return plot.node;
  }

  // Names of levels that stand closer than a line of text are moved apart; each keeps a tick at its value.
  #levels(plot, levels) {
    const room = LEVEL_SIZE + 1;
    const wanted = levels.map(([value]) => plot.y(value));
    const placed = [...wanted];
    for (let i = 1; i < placed.length; i += 1) placed[i] = Math.min(placed[i], placed[i - 1] - room);
    const over = plot.top - placed.at(-1);
    if (over > 0) placed[placed.length - 1] += over;
    for (let i = placed.length - 2; i >= 0; i -= 1) placed[i] = Math.max(placed[i], placed[i + 1] + room);
    levels.forEach(([value, label], index) => {
      plot.under.append(plot.horizontal(value));
      plot.labels.add(label, plot.left - 6, placed[index] + 0.36 * LEVEL_SIZE, { size: LEVEL_SIZE, anchor: "end",
        halo: false, fill: "var(--muted)", must: true, class: "moat-tick-label" });
    });
  }

  // Draw what has happened by the end of a month.
  show(month) {
    this.shown = month;
    const { film, plot, moment } = this;
    if (!plot || !film.loaded) return;
    moment.replaceChildren();
    plot.labels.reset();
    const last = Math.min(month, film.loaded - 1);
    this.#offices(last);
    const worlds = this.indices.map((index) => film.worlds[index]);
    worlds.forEach((world, place) => this.#line(world, last, worlds.length > 1 ? (place ? APART : -APART) : 0));
    this.#outcomes(worlds, last);
    this.drawing.label = worlds.map((world) => this.#described(world, last)).join(" ");
  }

  #offices(last) {
    const { plot, moment, film } = this;
    const world = film.worlds[this.indices.at(-1)];
    for (const [from, to, role] of terms(world.series.office.slice(0, last + 1))) {
      const [x, end] = [plot.x(from), plot.x(to)];
      moment.append(s("rect", { x, y: 0, width: Math.max(1, end - x - 1), height: BAR, fill: `var(--${role}-text)` }));
      const text = fitting([`${PARTY[role]} in office`, PARTY[role], PARTY[role].split(" ")[0]], end - x - 10, LABEL_SIZE, 600);
      if (!text) continue;
      const label = s("text", { x: (x + end) / 2, y: BAR - 5, "text-anchor": "middle", "font-size": LABEL_SIZE,
        "font-weight": 600, "font-family": FONT, fill: "var(--paper)", class: "moat-term" });
      label.textContent = text;
      moment.append(label);
    }
  }

  #line(world, last, shift) {
    const { plot, moment } = this;
    const policy = world.series.openness.slice(0, last + 1);
    const places = Array.from({ length: policy.length + 1 }, (_, index) => index);
    const y = (value) => plot.y(value) + shift;
    const steps = { ...plot, x: plot.x, y };
    moment.append(Plot.prototype.steps.call(steps, policy, places, STROKES[world.name]));
    for (let from = 0; from < policy.length;) {
      let to = from;
      while (to < policy.length && policy[to] === policy[from]) to += 1;
      plot.labels.block(plot.x(from), y(policy[from]) - 3, plot.x(to), y(policy[from]) + 3);
      if (to < policy.length) {
        const ends = [y(policy[to]), y(policy[from])];
        plot.labels.block(plot.x(to) - 2, Math.min(...ends), plot.x(to) + 2, Math.max(...ends));
      }
      from = to;
    }
    this.#deterrence(world, last);
  }

  // Hatching under the bar: the next election deterred the government.
  #deterrence(world, last) {
    const { plot, moment } = this;
    const months = world.decisions.filter((decision) => decision.deterred && decision.month <= last);
    if (months.length === 0) return;
    const id = freshId("hatch");
    moment.append(s("defs", {}, s("pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)" }, s("rect", { width: 2, height: 5, fill: "var(--ink)" }))));
    for (const { month } of months) {
      moment.append(s("rect", { x: plot.x(month), y: BAR + 1, width: plot.x(DETERRED_MONTHS) - plot.left, height: 6,
        fill: `url(#${id})`, class: "moat-deterred" }));
    }
  }

  // The outcomes as labels beside the lines where they fell, equal ones in one.
  #outcomes(worlds, last) {
    const { film } = this;
    if (film.title.history) return;
    const fallen = worlds.map((world) => ({ world, names: [world.name], ...film.outcomeAt(world, last) }))
      .filter(({ code }) => code !== "pending" && code !== "stands");
    const [first, second] = fallen;
    if (second && first.code === second.code && first.from === second.from) {
      first.names.push(second.world.name);
      fallen.pop();
    }
    for (const each of fallen) this.#cross(each, last);
    for (const each of fallen) this.#outcomeLabel(each, last);
  }

  #cross({ world, code, from }, last) {
    if (code !== "reversed" && code !== "prohibited") return;
    const { plot, moment } = this;
    const [x, y] = [plot.x(Math.min(from + CROSS_MONTHS, last + 1)), plot.y(world.series.openness[Math.min(from, last)])];
    const size = CROSS;
    moment.append(s("path", { d: `M${x - size} ${y - size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`,
      stroke: "var(--ink)", "stroke-width": 2.5, fill: "none", class: "moat-cross" }));
    plot.labels.block(x - size, y - size, x + size, y + size);
  }

  #outcomeLabel({ world, names, code, from }, last) {
    const { plot } = this;
    const [x, y] = [plot.x(from), plot.y(world.series.openness[Math.min(from, last)])];
    const text = `${this.indices.length > 1 ? `${names.join(", ")} ` : ""}${outcomeName(code)} ${shortDate(from)}`;
    // Without a free place for the whole label, its date is left out.
    const texts = [text, text.slice(0, -shortDate(from).length - 1)];
    for (const each of texts) {
      const width = textWidth(each, LABEL_SIZE, 600);
      const tries = [-7, 16, -22, 30, -37, 45, -52, 60].flatMap((up) => {
        const sides = [[6, up], [-width / 2, up]];
        return code === "attempted" ? sides : [[-width - 6, up], ...sides];
      });
      const node = plot.labels.add(each, x, y, { size: LABEL_SIZE, weight: 600, tries, must: each === texts[1],
        class: "moat-outcome-label", "data-worlds": names.join("") });
      if (node) return;
    }
  }

  #described(world, last) {
    const party = PARTY[ROLE[world.series.office[last]]];
    const { code } = this.film.outcomeAt(world, last);
    const outcome = this.film.title.history ? "" : `, policy ${outcomeName(code)}`;
    return `World ${world.name}: ${party} in office, openness ${short(world.series.openness[last])}${outcome}.`;
  }
}

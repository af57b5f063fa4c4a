// The transport controls of the film: step, play, scrub bar with its events, date, speed.
import { h, s } from "moat/base/dom.js";
import { dateOf, shortDate } from "moat/base/format.js";
import { Drawing, Labels, scale } from "moat/base/plot.js";
import { outcomeName } from "moat/watch/outcome_text.js";

const RATES = [0.5, 1, 2, 4];
const THUMB = 8; // half the width of the thumb of a range input
const SIZE = 11;
const HEIGHT = 34; // marks and two rows of labels
const TOGETHER = 40; // pixels within which two worlds share a label

export class Transport {
  constructor(player) {
    this.player = player;
    this.button = h("button", { type: "button", class: "moat-play moat-primary", onclick: () => player.toggle() });
    this.scrub = h("input", { type: "range", min: 0, max: 96, step: 1, value: 0, "aria-label": "Month of the film" });
    this.scrub.addEventListener("input", () => {
      player.pause();
      player.seek(Number(this.scrub.value));
    });
    this.ticks = new Drawing("", HEIGHT, (width) => this.#draw(width));
    this.ticks.node.setAttribute("aria-hidden", "true");
    this.date = h("output", { class: "moat-date" }, "");
    this.speed = h("select", { "aria-label": "Speed", onchange: () => { player.rate = Number(this.speed.value); } },
      RATES.map((rate) => h("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
    const stepButton = (label, text, months) =>
      h("button", { type: "button", class: "moat-one-month", "aria-label": label, onclick: () => player.step(months) }, text);
    this.node = h("div", { class: "moat-transport", role: "group", "aria-label": "Play the film" },
      stepButton("One month back", "◀", -1),
      this.button,
      stepButton("One month forward", "▶", 1),
      h("div", { class: "moat-scrub" }, this.scrub, this.ticks.node),
      this.date,
      h("label", { class: "moat-speed" }, h("span", {}, "Speed "), this.speed));
    player.onState = () => this.showState();
    this.showState();
  }

  showState() {
    const { playing, month, end } = this.player;
    const again = !playing && end > 0 && month >= end;
    this.button.textContent = playing ? "❚❚ Pause" : again ? "▶ Again" : "▶ Play";
    this.button.setAttribute("aria-label", playing ? "Pause" : again ? "Play again" : "Play");
  }

  build(film) {
    this.film = film;
    this.scrub.max = film.title.months;
    this.ticks.redraw();
  }

  // Elections, takeover, crash, and what has become known of each world by the month shown.
  #draw(width) {
    const { film } = this;
    if (!film?.title) return [];
    const { months, elections, presidential, takeover, crashes } = film.title;
    this.x = scale([0, months], [THUMB, width - THUMB]);
    this.labels = new Labels({ left: 0, right: width, top: 8, bottom: HEIGHT });
    this.events = s("g", {});
    const marks = s("g", {});
    const mark = (month, fill, wide = 2) =>
      marks.append(s("rect", { x: this.x(month) - wide / 2, y: 0, width: wide, height: 7, fill }));
    const label = (month, text, fill) =>
      this.labels.add(text, this.x(month), 19, { size: SIZE, anchor: "middle", fill, halo: false });
    for (const month of elections) mark(month + 1, "var(--muted)", presidential.includes(month) ? 3 : 1);
    for (const month of crashes) mark(month + 1, "var(--caused)", 3);
    if (takeover) {
      mark(takeover, "var(--opponent)", 3);
      label(takeover, "takeover", "var(--opponent-text)");
    }
    for (const month of crashes) label(month + 1, "crash", "var(--caused)");
    this.labels.keep();
    this.elections = () => {
      for (const month of [...elections].reverse()) label(month + 1, "election", "var(--muted)");
    };
    this.#showEvents();
    return [marks, this.events, this.labels.node];
  }

  #showEvents() {
    const { film, labels, x } = this;
    if (!labels) return;
    labels.reset();
    this.events.replaceChildren();
    const month = this.month ?? 0;
    if (film.loaded && !film.title.history) {
      const seen = film.worlds.map((world) => ({ name: world.name, ...film.outcomeAt(world, month) }))
        .filter(({ code }) => code !== "pending" && code !== "stands");
      for (const { from } of seen) this.events.append(s("rect", { x: x(from + 1) - 1, y: 0, width: 2, height: 7, fill: "var(--ink)" }));
      const [a, b] = seen;
      const together = seen.length === 2 && a.code === b.code && x(Math.abs(a.from - b.from)) - x(0) < TOGETHER;
      for (const { name, code, from } of together ? [{ ...a, name: "A, B" }] : seen) {
        labels.add(`${name} ${outcomeName(code)}`, x(from + 1), 19, { size: SIZE, anchor: "middle", halo: false,
          tries: [[0, 0], [30, 0], [-30, 0], [0, 12], [30, 12], [-30, 12]] });
      }
    }
    this.elections();
  }

  // time: a point of the film; month: the last complete one.
  show(time, month) {
    this.scrub.value = Math.floor(time);
    const date = dateOf(month);
    this.date.replaceChildren(h("span", { class: "moat-wide" }, date), h("span", { class: "moat-slim" }, shortDate(month)));
    this.scrub.setAttribute("aria-valuetext", date);
    this.month = month;
    this.#showEvents();
    this.showState();
  }
}

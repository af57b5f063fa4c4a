// The transport controls of the film.
import { freshId, h } from "moat/base/dom.js";
import { dateOf, lastMonth } from "moat/base/format.js";

const RATES = [0.5, 1, 2, 4];

export class Transport {
  constructor(player, onPlay) {
    this.player = player;
    const press = () => {
      onPlay();
      player.toggle();
    };
    this.button = h("button", { type: "button", class: "moat-play", onclick: press });
    this.scrub = h("input", { type: "range", min: 0, max: 96, step: 1, value: 0, "aria-label": "Month",
      list: freshId("months") });
    this.scrub.addEventListener("input", () => {
      player.pause();
      player.seek(Number(this.scrub.value));
    });
    this.ticks = h("div", { class: "moat-ticks", "aria-hidden": "true" });
    this.date = h("output", { class: "moat-date" }, "");
    this.speed = h("select", { "aria-label": "Speed", onchange: () => { player.rate = Number(this.speed.value); } },
      RATES.map((rate) => h("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
    const stepButton = (label, text, months) =>
      h("button", { type: "button", "aria-label": label, onclick: () => player.step(months) }, text);
    this.node = h("div", { class: "moat-transport", role: "group", "aria-label": "Play the film" },
      stepButton("One month back", "◀ 1", -1),
      this.button,
      stepButton("One month forward", "1 ▶", 1),
      h("div", { class: "moat-scrub" }, this.scrub, this.ticks),
      this.date,
      h("label", { class: "moat-speed" }, "Speed ", this.speed));
    player.onState = () => this.showState();
    this.showState();
  }

  showState() {
    this.button.textContent = this.player.playing ? "❚❚ Pause" : "▶ Play";
    this.button.setAttribute("aria-label", this.player.playing ? "Pause" : "Play");
  }

  build(film) {
    const { months, elections, presidential, takeover } = film.title;
    const left = (month) => `left:${100 * month / months}%`;
    this.scrub.max = months;
    this.ticks.replaceChildren(...elections.map((month) => h("span", {
      style: left(month),
      class: presidential.includes(month) ? "moat-tick moat-tick-president" : "moat-tick",
    })));
    if (takeover) this.ticks.append(h("span", { class: "moat-tick-takeover", style: left(takeover) }, "takeover"));
  }

  show(month) {
    this.scrub.value = Math.floor(month);
    const date = dateOf(lastMonth(month));
    this.date.textContent = date;
    this.scrub.setAttribute("aria-valuetext", date);
  }
}

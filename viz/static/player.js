// The clock of the film, its transport controls and its keys.
import { clamp, dateOf, freshId, h, lastMonth } from "./dom.js";

const RATES = [0.5, 1, 2, 4];
const MONTHS_PER_SECOND = 6;
const LONGEST_FRAME_SECONDS = 0.25;
// Times of the last frames, read by the benchmark.
const MOST_FRAMES = 240;

export class Player {
  // show(month, isNewMonth): month is a real number.
  constructor(show) {
    this.show = show;
    this.film = null;
    this.month = 0;
    this.rate = 1;
    this.playing = false;
    this.frames = [];
    this.run = 0;
  }

  load(film) {
    this.film = film;
    this.month = 0;
    this.shownMonth = -1;
  }

  get end() { return this.film?.title?.months ?? 0; }

  play() {
    if (!this.end || this.playing) return;
    if (this.month >= this.end) this.month = 0;
    this.playing = true;
    this.previousTime = null;
    this.run += 1;
    this.onState?.();
    const { run } = this; // a frame requested before a pause must not start a second clock
    requestAnimationFrame((time) => this.#tick(time, run));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.onState?.();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  seek(month) {
    this.month = clamp(month, 0, Math.min(this.end, this.film?.loaded ?? 0));
    this.paint();
  }

  step(months) {
    this.pause();
    this.seek(Math.round(this.month) + months);
  }

  paint() {
    const month = Math.floor(this.month);
    this.show(this.month, month !== this.shownMonth);
    this.shownMonth = month;
  }

  repaint() {
    this.shownMonth = -1;
    this.paint();
  }

  #tick(time, run) {
    if (!this.playing || run !== this.run) return;
    const elapsed = this.previousTime === null ? 0
      : Math.min(LONGEST_FRAME_SECONDS, (time - this.previousTime) / 1000);
    this.previousTime = time;
    // The clock waits at the last month that has arrived.
    this.month = Math.min(this.month + elapsed * MONTHS_PER_SECOND * this.rate, this.film.loaded, this.end);
    this.frames.push(time);
    if (this.frames.length > MOST_FRAMES) this.frames.shift();
    this.paint();
    if (this.month >= this.end) this.pause();
    else requestAnimationFrame((next) => this.#tick(next, run));
  }
}

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

// Space, arrows, Home, End and digits, unless the focused control uses the key itself. Returns a function that stops.
export function listenToKeys(player, onDigit, onPlay) {
  const actions = {
    " ": () => {
      onPlay();
      player.toggle();
    },
    ArrowLeft: () => player.step(-1),
    ArrowRight: () => player.step(1),
    Home: () => {
      player.pause();
      player.seek(0);
    },
    End: () => {
      player.pause();
      player.seek(player.end);
    },
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const focus = event.target instanceof Element ? event.target : document.body;
    if (focus.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === " " && focus.closest("button, a, summary")) return;
    if (event.key in actions) actions[event.key]();
    else if (/^[1-9]$/.test(event.key)) onDigit(Number(event.key) - 1);
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

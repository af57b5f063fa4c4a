// Playing what has arrived: a clock in months, and whoever wants to be told.
const RATES = [0.5, 1, 2, 4];
const MONTHS_A_SECOND = 6;

class Player {
  constructor(show) {
    this.show = show; // called with the month (a real number) and whether a new whole month has begun
    this.film = null;
    this.month = 0;
    this.rate = 1;
    this.playing = false;
    this.frames = [];
  }

  load(film) { this.film = film; this.month = 0; this.whole = -1; }

  get end() { return this.film?.title?.months ?? 0; }

  play() {
    if (!this.end || this.playing) return;
    if (this.month >= this.end) this.month = 0;
    this.playing = true;
    this.before = null;
    this.turn = (this.turn ?? 0) + 1;
    this.onState?.();
    const { turn } = this; // a frame asked for before a pause must not start a second clock
    requestAnimationFrame((now) => this.#tick(now, turn));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.onState?.();
  }

  toggle() { if (this.playing) this.pause(); else this.play(); }

  seek(month) { this.month = clamp(month, 0, Math.min(this.end, this.film?.loaded ?? 0)); this.paint(); }

  step(by) { this.pause(); this.seek(Math.round(this.month) + by); }

  paint() {
    const whole = Math.floor(this.month);
    this.show(this.month, whole !== this.whole);
    this.whole = whole;
  }

  #tick(now, turn) {
    if (!this.playing || turn !== this.turn) return;
    // A film that is still arriving makes the clock wait at its edge.
    const elapsed = this.before === null ? 0 : Math.min(0.25, (now - this.before) / 1000);
    this.before = now;
    this.month = Math.min(this.month + elapsed * MONTHS_A_SECOND * this.rate, this.film.loaded, this.end);
    this.frames.push(now);
    if (this.frames.length > 240) this.frames.shift();
    this.paint();
    if (this.month >= this.end) this.pause();
    else requestAnimationFrame((next) => this.#tick(next, turn));
  }
}

class Transport {
  constructor(player, onPlay) {
    this.player = player;
    this.button = h("button", { type: "button", class: "moat-play", onclick: () => { onPlay(); player.toggle(); } });
    this.scrub = h("input", { type: "range", min: 0, max: 96, step: 1, value: 0, "aria-label": "Month", list: freshId("x") });
    this.scrub.addEventListener("input", () => { player.pause(); player.seek(Number(this.scrub.value)); });
    this.ticks = h("div", { class: "moat-ticks", "aria-hidden": "true" });
    this.date = h("output", { class: "moat-date" }, "");
    this.speed = h("select", { "aria-label": "Speed", onchange: () => { player.rate = Number(this.speed.value); } },
      RATES.map((rate) => h("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
    this.node = h("div", { class: "moat-transport", role: "group", "aria-label": "Play the film" },
      h("button", { type: "button", "aria-label": "One month back", onclick: () => player.step(-1) }, "◀ 1"),
      this.button,
      h("button", { type: "button", "aria-label": "One month forward", onclick: () => player.step(1) }, "1 ▶"),
      h("div", { class: "moat-scrub" }, this.scrub, this.ticks), this.date,
      h("label", { class: "moat-speed" }, "Speed ", this.speed));
    player.onState = () => this.state();
    this.state();
  }

  state() {
    this.button.textContent = this.player.playing ? "❚❚ Pause" : "▶ Play";
    this.button.setAttribute("aria-label", this.player.playing ? "Pause" : "Play");
  }

  build(film) {
    this.scrub.max = film.title.months;
    this.ticks.replaceChildren(...film.title.elections.map((month) => h("span", {
      style: `left:${100 * month / film.title.months}%`,
      class: film.title.presidential.includes(month) ? "moat-tick moat-tick-president" : "moat-tick",
    })));
    if (film.title.takeover) this.ticks.append(h("span", { class: "moat-tick-takeover",
      style: `left:${100 * film.title.takeover / film.title.months}%` }, "takeover"));
  }

  show(month) {
    const whole = Math.floor(month);
    this.scrub.value = whole;
    const text = dateOf(Math.max(0, whole - (whole > 0 ? 1 : 0)));
    this.date.textContent = text;
    this.scrub.setAttribute("aria-valuetext", text);
  }
}

// Space, arrows, Home, End and digits, unless a control that has its own use for the key has the focus.
function listenToKeys(player, onDigit, onPlay) {
  const heard = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const focus = event.target instanceof Element ? event.target : document.body;
    if (focus.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === " " && focus.closest("button, a, summary")) return;
    const digit = Number(event.key);
    if (event.key === " ") { onPlay(); player.toggle(); }
    else if (event.key === "ArrowLeft") player.step(-1);
    else if (event.key === "ArrowRight") player.step(1);
    else if (event.key === "Home") { player.pause(); player.seek(0); }
    else if (event.key === "End") { player.pause(); player.seek(player.end); }
    else if (event.key.length === 1 && digit >= 1 && digit <= 9) onDigit(digit - 1);
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}

// The clock of the film.
import { clamp } from "moat/base/dom.js";

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
    this.seek(Math.floor(this.month) + months);
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

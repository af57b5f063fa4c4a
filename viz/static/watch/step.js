// Step 2: one pair of worlds as a film. Everything on it shows the same month, the last complete one.
import { h, reducedMotion, saveFile } from "moat/base/dom.js";
import { Charts } from "moat/watch/charts.js";
import { heading, sentence } from "moat/watch/outcome_text.js";
import { Outcomes } from "moat/watch/outcomes.js";
import { pairLine, priceNote } from "moat/watch/pair_text.js";
import { Ribbon } from "moat/watch/ribbon.js";
import { Share } from "moat/watch/share.js";
import { Transport } from "moat/watch/transport.js";
import { WorldPanel, key, shortKey } from "moat/watch/world_panel.js";

const NARROW = "(max-width: 760px)";
const CHART_HEIGHT = 128;
const NARROW_CHART_HEIGHT = 104;
const BOTH_RIBBON_HEIGHT = 156;

export class WatchStep {
  playsFilm = true; // the keys of the film work here

  constructor(page) {
    this.page = page;
    this.narrow = window.matchMedia(NARROW);
    this.heading = h("h2", { class: "moat-heading" }, "Two worlds with the same people and the same random draws.");
    this.sentence = h("span", {});
    this.pair = h("span", { class: "moat-pair-line" });
    this.first = h("button", { type: "button", class: "moat-link", hidden: true, onclick: () => this.#playFirst() },
      "Play the first pair instead");
    this.worlds = [0, 1].map((index) => new WorldPanel(index, (row) => page.steps.why?.openVoter?.(row)));
    this.both = new Ribbon([0, 1], BOTH_RIBBON_HEIGHT);
    this.transport = new Transport(page.player);
    this.charts = new Charts((width) => (this.narrow.matches || width < 240 ? NARROW_CHART_HEIGHT : CHART_HEIGHT));
    this.outcomes = new Outcomes();
    this.share = new Share(this, page, () => page.send("page"));
    this.node = h("section", { class: "moat-step moat-watch", "aria-label": "Watch one pair" },
      this.heading,
      h("p", { class: "moat-subline" }, this.sentence, " ", this.pair, " ", this.first),
      h("div", { class: "moat-worlds" }, this.worlds.map((world) => world.node)),
      h("div", { class: "moat-both" }, shortKey(), this.both.node),
      this.transport.node,
      key(),
      this.charts.node,
      this.outcomes.node,
      this.share.node);
    this.narrow.addEventListener("change", () => this.page.film.loaded && this.#rebuild(this.page.film));
  }

  receive(message) {
    if (message.type === "scenario") {
      this.share.show(message);
      this.outcomes.clear();
    }
    if (message.type === "page") saveFile(message.name, message.text, "text/html");
  }

  onFilm(film) {
    if (film !== this.titled) this.#showTitle(film);
    if (!film.loaded) return;
    if (film.loaded !== this.built) this.#rebuild(film);
    if (film.outcomes && film !== this.finished) this.#finish(film);
    this.#begin();
  }

  onShow() {
    if (this.page.film.loaded) this.page.player.repaint();
    this.#begin();
  }

  onHide() { this.page.player.pause(); }

  // Play a film once, when it is in view. With reduced motion show its last month instead.
  #begin() {
    const { film, player, step } = this.page;
    if (step !== "watch" || !film.loaded || this.begun === film) return;
    if (reducedMotion()) {
      if (!film.outcomes) return;
      player.seek(player.end);
    } else {
      player.seek(0);
      player.play();
    }
    this.begun = film;
  }

  #playFirst() { this.page.compute({ ...this.page.scenario.fields, scene: "", replicate: "0" }, "watch"); }

  #showTitle(film) {
    this.titled = film;
    this.built = 0;
    this.transport.build(film);
    this.node.classList.toggle("moat-no-crash", film.title.crashes.length === 0);
    for (const world of this.worlds) world.build(film);
    this.#showPair(film);
  }

  #finish(film) {
    this.finished = film;
    this.#showPair(film);
    this.page.player.repaint();
  }

  #showPair(film) {
    const { scenario } = this.page;
    this.pair.textContent = pairLine(scenario, film);
    this.first.hidden = scenario.replicate === 0 || this.page.standalone;
  }

  get ribbons() { return this.narrow.matches ? [this.both] : this.worlds.map((world) => world.ribbon); }

  #rebuild(film) {
    this.built = film.loaded;
    for (const ribbon of this.ribbons) ribbon.build(film);
    this.charts.build(film, priceNote(film));
    this.page.player.repaint();
  }

  // Called by the player for each frame. Drawings change with the month, so that they agree at every moment.
  onMonth(time, isNewMonth) {
    const { film, player } = this.page;
    if (!isNewMonth || !film.loaded || this.page.step !== "watch") return;
    const month = film.monthAt(time);
    const ringed = film.votedDifferently(time);
    for (const world of this.worlds) world.show(film, time, ringed);
    for (const ribbon of this.ribbons) ribbon.show(month);
    this.charts.show(month);
    this.transport.show(time, month);
    this.outcomes.show(film, month);
    this.heading.textContent = heading(film, month);
    this.sentence.textContent = sentence(film, month);
    // Screen readers get the heading when the film stops, not every month.
    if (!player.playing || time >= film.title.months) {
      this.page.announce(`${this.heading.textContent} ${this.sentence.textContent}`);
    }
  }
}

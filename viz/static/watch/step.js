// Step 2: one pair of worlds as a film.
import { h, reducedMotion, saveFile } from "moat/base/dom.js";
import { lastMonth, percent } from "moat/base/format.js";
import { CHARTS, Chart } from "moat/watch/charts.js";
import { outcomesTable } from "moat/watch/outcomes.js";
import { Share } from "moat/watch/share.js";
import { Transport } from "moat/watch/transport.js";
import { WorldPanel, legend } from "moat/watch/world_panel.js";

export class WatchStep {
  playsFilm = true; // the keys of the film work here

  constructor(page) {
    this.page = page;
    const { player } = page;
    this.lede = h("h2", { class: "moat-lede" }, "Setting up two worlds with the same people and the same random draws.");
    this.worlds = ["A", "B"].map((name) => new WorldPanel(name, (index) => page.steps.why.openVoter(index)));
    this.transport = new Transport(player, () => {});
    this.charts = CHARTS.map((spec) => new Chart(spec));
    this.outcomes = h("div", { class: "moat-numbers" });
    this.share = new Share(this, page, () => page.send("page"));
    this.node = h("section", { class: "moat-step", "aria-label": "Watch one pair" },
      this.lede,
      h("div", { class: "moat-worlds" }, this.worlds.map((world) => world.node)),
      this.transport.node,
      legend(),
      h("div", { class: "moat-charts" }, this.charts.map((chart) => chart.node)),
      this.outcomes,
      this.share.node);
  }

  receive(message) {
    if (message.type === "scenario") {
      this.share.show(message);
      this.outcomes.replaceChildren();
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

  #showTitle(film) {
    this.titled = film;
    this.built = 0;
    this.transport.build(film);
    this.worlds[0].heading.textContent = "World A: no crypto in retirement accounts";
    this.worlds[1].heading.textContent = film.title.breadth > 0
      ? `World B: ${percent(film.title.breadth)} of voters hold crypto` : "World B: nobody holds crypto either";
  }

  #finish(film) {
    this.finished = film;
    this.outcomes.replaceChildren(film.outcomes.length ? outcomesTable(film)
      : h("p", { class: "moat-note" }, "This is one history, in which elections decide who governs. It shows what can "
        + "happen, not how often."));
  }

  #rebuild(film) {
    this.built = film.loaded;
    this.worlds.forEach((panel, index) => panel.ribbon.build(film, film.worlds[index]));
    for (const chart of this.charts) chart.build(film);
    this.page.player.repaint();
  }

  // Called by the player for each frame.
  onMonth(month, isNewMonth) {
    const { film, player } = this.page;
    if (!film.loaded || this.page.step !== "watch") return;
    const share = month / film.title.months;
    for (const part of [...this.worlds.map((panel) => panel.ribbon), ...this.charts]) part.uncover(share);
    if (!isNewMonth) return;
    this.worlds.forEach((panel, index) => panel.show(film, film.worlds[index], month));
    for (const chart of this.charts) chart.show(lastMonth(month));
    this.transport.show(month);
    this.lede.textContent = film.sentence(month);
    // Screen readers get the sentence when the film stops, not every month.
    if (!player.playing || month >= film.title.months) this.page.announce(this.lede.textContent);
  }
}

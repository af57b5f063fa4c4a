// Reversals against exposure with their 95% band, and the guess of the visitor with its score.
import { h, s } from "moat/base/dom.js";
import { percent } from "moat/base/format.js";
import { Drawing, Plot, ticks } from "moat/base/plot.js";
import { BREADTHS, diamond } from "moat/guess/curve.js";
import { scoreOf, scoreWords } from "moat/pairs/score.js";

const HEIGHT = 320;

export class Curve {
  constructor() {
    this.title = h("h3", {});
    this.mark = h("mark", { class: "moat-score" });
    this.rest = h("span", {});
    this.score = h("p", { class: "moat-note" }, this.mark, " ", this.rest);
    this.drawing = new Drawing("Reversals of 100 takeovers against the share of voters exposed", HEIGHT,
      (width, height) => this.shown && this.#draw(width, height));
    this.node = h("div", { class: "moat-panel", hidden: true }, this.title, this.score, this.drawing.node);
  }

  clear() {
    this.shown = null;
    this.node.hidden = true;
  }

  // guess: four whole numbers or null; done: whether the hundred are complete, so that the guess is scored.
  show(curve, breadth, guess, done) {
    this.shown = { curve, breadth, guess };
    this.title.textContent = guess ? "Your guess against the model" : "Reversals against exposure";
    const words = guess && done ? scoreWords(scoreOf(guess, curve)) : null;
    this.mark.hidden = !words;
    this.mark.textContent = words?.mark ?? "";
    this.rest.textContent = words?.rest ?? (guess ? "The score follows when all pairs have been played."
      : "You skipped the guess. Line: the model; area: 95% band.");
    this.node.hidden = false;
    const texts = curve.map((point) => `${percent(point.breadth)} exposed: ${Math.round(100 * point.share)} `
      + `(${percent(point.low)} to ${percent(point.high)})`);
    this.drawing.label = `Reversals of 100 takeovers with 95% intervals. ${texts.join("; ")}.`
      + `${guess ? ` Your guess: ${guess.join(", ")}.` : ""}`;
    this.drawing.redraw();
  }

  #draw(width, height) {
    const { curve, breadth, guess } = this.shown;
    const places = curve.map((point) => point.breadth);
    const highest = Math.max(...curve.map((point) => 100 * point.high), ...(guess ?? []));
    const top = Math.min(100, Math.max(20, 20 * Math.ceil((highest + 6) / 20)));
    const plot = new Plot({ width, height, x: [-0.04 * places.at(-1), places.at(-1)], y: [0, top], left: 34,
      right: 96, top: 14, bottom: 44 });
    plot.yAxis(ticks(0, top, 6), { size: 12 });
    const shares = curve.map((point) => 100 * point.share);
    const corner = (point, value) => `${plot.x(point.breadth).toFixed(1)},${plot.y(100 * value).toFixed(1)}`;
    const corners = [...curve.map((point) => corner(point, point.high)),
      ...curve.toReversed().map((point) => corner(point, point.low))];
    plot.marks.append(s("polygon", { points: corners.join(" "), fill: "var(--muted)", opacity: 0.22,
      class: "moat-band" }));
    if (guess) {
      const line = (attributes) => plot.line(guess, BREADTHS, attributes);
      plot.marks.append(line({ stroke: "var(--guess)", "stroke-width": 8, "stroke-linejoin": "round" }),
        line({ stroke: "var(--ink)", "stroke-width": 1.5, "stroke-dasharray": "3 3" }));
    }
    plot.marks.append(plot.line(shares, places, { "stroke-width": 2.5 }));
    guess?.forEach((value, index) => plot.marks.append(diamond(plot.x(BREADTHS[index]), plot.y(value), 8,
      { fill: "var(--guess)", stroke: "var(--ink)", "stroke-width": 1.5 })));
    curve.forEach((point, index) => this.#point(plot, point, shares[index], point.breadth === breadth));
    guess?.forEach((value, index) => {
      const x = plot.x(BREADTHS[index]);
      plot.labels.add(String(value), x, plot.y(value), { size: 13, tries: [[10, -8], [10, 20], [-24, -8]] });
    });
    this.#names(plot, shares.at(-1), guess);
    plot.labels.add("share of voters exposed", (plot.left + plot.right) / 2, height - 4,
      { anchor: "middle", halo: false, fill: "var(--muted)" });
    return plot.node;
  }

  #point(plot, { breadth }, value, own) {
    const [x, y] = [plot.x(breadth), plot.y(value)];
    plot.marks.append(s("circle", { cx: x, cy: y, r: own ? 6 : 4.5, fill: "var(--ink)", stroke: "var(--paper)",
      "stroke-width": 1.5 }));
    plot.labels.block(x - 6, y - 6, x + 6, y + 6);
    plot.labels.add(String(Math.round(value)), x, y + 20, { size: 13, weight: "bold", anchor: "middle", must: true,
      tries: [[0, 0], [0, -32], [18, 0]] });
    plot.labels.add(percent(breadth), x, plot.bottom + 18,
      { size: 12, anchor: "middle", weight: own ? "bold" : "normal", halo: false });
  }

  #names(plot, last, guess) {
    const x = plot.right + 12;
    plot.labels.add("the model", x, plot.y(last) + 4, { weight: "bold", tries: [[0, 0], [0, 16], [0, 30]] });
    plot.labels.add("95% band", x, plot.y(last) + 20, { fill: "var(--muted)", tries: [[0, 0], [0, 14], [0, -30]] });
    if (guess) plot.labels.add("your guess", x, plot.y(guess.at(-1)) + 4,
      { tries: [[0, 0], [0, -16], [0, 16], [0, 32], [0, -32]] });
  }
}

// Place your bet, then: was this luck? A hundred paired futures, and the probability of reversal against exposure.
class Bet {
  constructor() {
    const id = freshId("bet");
    this.input = h("input", { id, type: "range", min: 0, max: 100, step: 1, value: 30 });
    this.shown = h("output", { for: id, class: "moat-bet-value" }, "30");
    this.input.addEventListener("input", () => { this.shown.textContent = this.input.value; });
    this.button = h("button", { type: "button", onclick: () => this.lock() }, "Lock my bet");
    this.note = h("p", { class: "moat-note" }, "The bet locks when you press Play.");
    this.node = h("section", { class: "moat-bet", "aria-label": "Place your bet" }, h("h2", {}, "Place your bet"),
      h("label", { for: id }, "Of 100 takeovers by the opposed party, how many end in a reversal in World B?"),
      h("div", { class: "moat-pair" }, this.input, this.shown, this.button), this.note);
    this.locked = false;
  }

  get value() { return Number(this.input.value); }

  lock() {
    if (this.locked) return;
    this.locked = true;
    this.input.disabled = true;
    this.button.disabled = true;
    this.note.textContent = `Locked at ${this.value} of 100. Ask below whether what you saw was luck.`;
  }

  open() {
    this.locked = false;
    this.input.disabled = false;
    this.button.disabled = false;
    this.note.textContent = "A new question, a new bet: it locks when you press Play.";
  }
}

class Luck {
  constructor(onAsk, onPlay) {
    this.onPlay = onPlay;
    this.button = h("button", { type: "button", class: "moat-primary", onclick: onAsk }, "Was this luck? Play 100 futures");
    this.answer = h("p", { class: "moat-answer", role: "status" });
    this.strips = h("div", { class: "moat-strips", role: "group", "aria-label": "100 paired futures" });
    this.svg = s("svg", { viewBox: "0 0 420 260", class: "moat-curve", role: "img",
      "aria-label": "Probability of reversal against exposure, with its 95% interval" });
    this.figure = h("figure", { hidden: true }, h("figcaption", {}, "Probability of reversal against the share of voters exposed, with 95% intervals; your point is the diamond, your bet the line."), this.svg);
    this.key = h("p", { class: "moat-note", hidden: true }, "Each strip is one future: upper half World A, lower half World B. A dark half ends in a reversal, a striped one in a cut, a white one stands. Press one to play it above.");
    this.node = h("section", { class: "moat-luck", "aria-label": "Was this luck?" }, h("h2", {}, "Was this luck?"),
      this.button, this.answer, this.key, h("div", { class: "moat-two" }, this.strips, this.figure));
  }

  reset(possible) {
    this.futures = [];
    this.button.disabled = !possible;
    this.answer.textContent = possible ? "" : "A long history is one history. Choose another preset to compare a hundred takeovers.";
    this.strips.replaceChildren();
    this.figure.hidden = true;
    this.key.hidden = true;
  }

  waiting(place) { this.answer.textContent = place > 0 ? `Waiting in line: ${place} before you.` : "Computing futures…"; }

  #strip(future, breadth) {
    const [a, b] = [future.arms[0], future.arms.find((arm) => arm.breadth === breadth) ?? future.arms.at(-1)];
    const word = (arm) => (arm.reversed ? "reversed" : arm.restricted ? "cut" : "stands");
    return h("button", { type: "button", class: "moat-strip", "aria-label":
      `Future ${future.replicate}: World A ${word(a)}, World B ${word(b)}`, onclick: () => this.onPlay(future.replicate) },
    h("i", { class: `moat-${word(a)}` }), h("i", { class: `moat-${word(b)}` }));
  }

  show(futures, curve, breadth, bet, total) {
    const fresh = futures.filter((one) => !this.futures.some((old) => old.replicate === one.replicate));
    this.futures.push(...fresh);
    this.futures.sort((one, other) => one.replicate - other.replicate);
    this.strips.replaceChildren(...this.futures.map((one) => this.#strip(one, breadth)));
    this.key.hidden = false;
    this.figure.hidden = false;
    const own = curve.find((point) => point.breadth === breadth), zero = curve[0];
    const done = this.futures.length, out = (point) => Math.round(point.share * point.n);
    const range = (point) => `95% interval ${percent(point.low)} to ${percent(point.high)}`;
    this.answer.textContent = done < total ? `${done} of ${total} futures so far.`
      : `World A: ${out(zero)} of ${total} reversed (${range(zero)}). World B, ${percent(breadth)} exposed: ${out(own)} of ${total} (${range(own)}). You bet ${bet}.`;
    if (done >= total) this.button.disabled = true;
    this.#curve(curve, breadth, bet);
  }

  #curve(points, breadth, bet) {
    const x = (value) => 44 + 360 * value / Math.max(0.6, points.at(-1).breadth), y = (value) => 220 - 200 * value;
    const area = [...points.map((p) => `${x(p.breadth)},${y(p.high)}`), ...[...points].reverse().map((p) => `${x(p.breadth)},${y(p.low)}`)];
    this.svg.replaceChildren(s("polygon", { points: area.join(" "), fill: COLOURS.b, opacity: 0.18 }));
    for (const level of [0, 0.25, 0.5, 0.75, 1]) {
      const text = s("text", { x: 38, y: y(level) + 4, "text-anchor": "end", "font-size": 12, fill: "#444" });
      text.textContent = level.toFixed(2);
      this.svg.append(s("line", { x1: 44, x2: 404, y1: y(level), y2: y(level), stroke: "#e5e5e5" }), text);
    }
    this.svg.append(s("line", { x1: 44, x2: 404, y1: y(bet / 100), y2: y(bet / 100), stroke: "#555", "stroke-dasharray": "5 4" }),
      s("polyline", { points: points.map((p) => `${x(p.breadth)},${y(p.share)}`).join(" "), fill: "none", stroke: COLOURS.b, "stroke-width": 2.5 }));
    for (const p of points) {
      const cx = x(p.breadth), cy = y(p.share), mine = p.breadth === breadth;
      this.svg.append(mine ? s("path", { d: `M${cx} ${cy - 8}l8 8l-8 8l-8 -8z`, fill: "#fff", stroke: "#111", "stroke-width": 2.5 })
        : s("circle", { cx, cy, r: 4, fill: COLOURS.b }));
      const label = s("text", { x: cx, y: 240, "text-anchor": "middle", "font-size": 12, fill: "#444" });
      label.textContent = percent(p.breadth);
      this.svg.append(label);
    }
  }
}

// The paired answer: heading, paired risk difference with its interval against the margin, and the two shares.
import { freshId, h, s } from "moat/base/dom.js";
import { Drawing, Plot, ticks } from "moat/base/plot.js";
import { hatching } from "moat/guess/scale.js";
import { differenceTexts, headingParts, shareText, verdictWords } from "moat/pairs/words.js";

const WIDEST = 0.2; // the axis reaches at least this difference to both sides
const NARROW = 400;

export class Answer {
  constructor() {
    this.heading = h("h2", { class: "moat-title", "aria-live": "polite" });
    this.difference = h("p", { class: "moat-difference" });
    this.verdict = h("p", { class: "moat-note" });
    this.command = h("input", { type: "text", readonly: true, "aria-label": "Command line that runs more pairs" });
    this.copied = h("span", { class: "moat-note", role: "status" });
    this.more = h("div", { class: "moat-more-pairs" }, h("span", {}, "More pairs, on the command line:"), this.command,
      h("button", { type: "button", onclick: () => this.#copy() }, "Copy"), this.copied);
    this.interval = new Drawing("Paired difference with its interval", 78,
      (width, height) => this.shown && this.#interval(width, height));
    this.shares = new Drawing("Share of takeovers that end in a reversal", 78,
      (width, height) => this.shown && this.#shares(width, height));
    this.body = h("div", { class: "moat-answer", hidden: true },
      h("div", {}, this.difference, this.verdict), this.interval.node, this.shares.node);
    this.node = h("div", {}, this.heading, this.body, this.more);
    this.clear("");
  }

  clear(text) {
    this.shown = null;
    this.heading.textContent = text;
    this.body.hidden = true;
    this.more.hidden = true;
  }

  // answer: of the breadth of World B; restricted: pairs whose worlds A, B were restricted but not reversed.
  show(answer, margin, restricted, command) {
    this.shown = { answer, margin, restricted };
    this.heading.replaceChildren(...headingParts(answer));
    const [estimate, interval] = differenceTexts(answer);
    this.difference.replaceChildren(h("span", {}, h("strong", {}, "Paired difference: "), estimate), " ",
      h("span", {}, interval));
    const [word, meaning] = verdictWords(answer, margin);
    this.verdict.replaceChildren(h("strong", {}, word),
      ` ${meaning}${answer.note ? ` ${impossible(answer, margin)}` : ""}`);
    this.command.value = command;
    this.copied.textContent = "";
    this.body.hidden = false;
    this.more.hidden = false;
    this.interval.label = `Paired difference ${estimate} ${interval}; the margin is ${100 * margin} of 100.`;
    this.shares.label = ["World A", "World B"].map((name, index) => {
      const share = index ? answer.exposed : answer.at_zero;
      return `${name}: ${share.count} of ${answer.n} reversed, ${shareText(share)}`;
    }).join("; ");
    this.interval.redraw();
    this.shares.redraw();
  }

  async #copy() {
    this.command.select();
    try {
      await navigator.clipboard.writeText(this.command.value);
      this.copied.textContent = "Copied.";
    } catch {
      this.copied.textContent = "Selected: copy it with the keyboard.";
    }
  }

  #interval(width, height) {
    const { answer: { difference, low, high }, margin } = this.shown;
    const most = Math.max(WIDEST, Math.ceil(10 * Math.max(Math.abs(low), Math.abs(high))) / 10);
    const plot = new Plot({ width, height, x: [-most, most], y: [-1, 1], left: 16, right: 16, top: 22, bottom: 24 });
    const colour = difference < 0 ? "var(--prevented)" : difference > 0 ? "var(--caused)" : "var(--ink)";
    const middle = plot.y(0);
    plot.under.append(s("rect", { x: plot.x(-margin), y: plot.top, width: plot.x(margin) - plot.x(-margin),
      height: plot.bottom - plot.top, fill: "var(--muted)", opacity: 0.22, class: "moat-margin" }));
    plot.marks.append(s("line", { x1: plot.left, x2: plot.right, y1: middle, y2: middle, stroke: "var(--edge)" }),
      plot.vertical(0, { stroke: "var(--ink)" }),
      s("line", { x1: plot.x(low), x2: plot.x(high), y1: middle, y2: middle, stroke: colour, "stroke-width": 5,
        "stroke-linecap": "round" }),
      s("circle", { cx: plot.x(difference), cy: middle, r: 7, fill: colour, stroke: "var(--paper)",
        "stroke-width": 2 }));
    for (const value of ticks(-most, most, 5)) {
      const x = plot.x(value);
      const text = `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(Number((100 * value).toFixed(4)))}`;
      plot.marks.append(s("line", { x1: x, x2: x, y1: middle - 4, y2: middle + 4, stroke: "var(--edge)" }));
      plot.labels.add(text, x, height - 6, { size: 12, anchor: "middle", fill: "var(--muted)", halo: false });
    }
    plot.labels.add("◀ fewer reversals in B", 0, 12, { fill: "var(--prevented)", halo: false });
    plot.labels.add("more in B ▶", width, 12, { anchor: "end", fill: "var(--caused)", halo: false });
    plot.labels.add(width < NARROW ? "grey: too small" : "grey: too small to matter", plot.x(0), 12,
      { anchor: "middle", fill: "var(--muted)", halo: false });
    return plot.node;
  }

  #shares(width) {
    const { answer, restricted } = this.shown;
    const [left, right] = [66, width - 2];
    const id = freshId("hatch");
    const x = (count) => left + (right - left) * count / answer.n;
    const plot = new Plot({ width, height: 78, x: [0, answer.n], y: [0, 1], left, right: 2 });
    plot.under.append(s("defs", {}, hatching(id)));
    [["World A", answer.at_zero, restricted[0]],
      ["World B", answer.exposed, restricted[1]]].forEach(([name, share, more], row) => {
      const top = 6 + 36 * row;
      const bar = (from, to, attributes) => s("rect",
        { x: x(from), y: top, width: Math.max(0, x(to) - x(from)), height: 26, ...attributes });
      plot.marks.append(bar(0, answer.n, { fill: "var(--paper)" }), bar(0, share.count, { fill: "var(--ink)" }),
        bar(share.count, share.count + more, { fill: `url(#${id})` }),
        bar(0, answer.n, { fill: "none", stroke: "var(--edge)" }));
      plot.labels.add(name, 0, top + 18, { size: 13, weight: "bold", halo: false });
      const wide = x(share.count) - left > 30;
      plot.labels.add(String(share.count), wide ? x(share.count) - 6 : x(share.count) + 6, top + 18, { size: 14,
        weight: "bold", anchor: wide ? "end" : "start", fill: wide ? "var(--paper)" : "var(--ink)", halo: !wide });
      plot.labels.add(shareText(share), right - 6, top + 18, { anchor: "end", size: 12, fill: "var(--muted)" });
    });
    return plot.node;
  }
}

const impossible = ({ at_zero: zero, n }, margin) => `Without exposure only ${zero.count} of ${n} takeovers end in a `
  + `reversal, so a fall of more than ${100 * margin} of 100 was impossible.`;

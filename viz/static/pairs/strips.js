// A hundred pairs as strips: upper half World A, lower half World B. Pairs that differ come first.
import { h } from "moat/base/dom.js";
import { DEPTHS, DEPTH_WORDS, armsOf, depthOf } from "moat/pairs/words.js";

const DEEPEST_FIRST = [...DEPTHS, "stands"];
const rank = (pair) => 10 * DEEPEST_FIRST.indexOf(pair.a) + DEEPEST_FIRST.indexOf(pair.b);
const CHANGES = {
  prevented: "exposure prevented a reversal",
  caused: "exposure caused a reversal",
  depth: "same answer, another depth",
  same: "the same in both worlds",
};

// {replicate, a, b, change} of a row.
function pairOf(row, breadth) {
  const [unexposed, exposed] = armsOf(row, breadth);
  const [a, b] = [depthOf(unexposed), depthOf(exposed)];
  const change = unexposed.reversed !== exposed.reversed ? (unexposed.reversed ? "prevented" : "caused")
    : a === b ? "same" : "depth";
  return { replicate: row.replicate, a, b, change };
}

export class Strips {
  // onPlay(replicate): play this pair.
  constructor(onPlay) {
    this.onPlay = onPlay;
    this.buttons = new Map();
    this.changed = h("div", { class: "moat-strip-row" });
    this.same = h("div", { class: "moat-strip-row" });
    const entry = (depth) => h("span", {}, h("i", { class: `moat-swatch moat-fell-${depth}` }), DEPTH_WORDS[depth]);
    this.node = h("div", { class: "moat-panel moat-pairs-panel", hidden: true },
      h("div", { class: "moat-strips-head" }, h("h3", {}, "A hundred pairs. Choose one to play it."),
        h("p", { class: "moat-note moat-strip-key" }, h("span", {}, "upper half A, lower half B"),
          DEEPEST_FIRST.map(entry))),
      h("h4", {}, "Exposure changed the answer"), this.changed,
      h("h4", {}, "Same answer"), this.same);
    this.node.addEventListener("keydown", (event) => this.#move(event));
  }

  clear() {
    this.node.hidden = true;
    this.buttons.clear();
  }

  show(rows, breadth) {
    const focused = [...this.buttons].find(([, button]) => button === document.activeElement)?.[0];
    const pairs = rows.map((row) => pairOf(row, breadth))
      .sort((x, y) => rank(x) - rank(y) || x.replicate - y.replicate);
    this.buttons = new Map();
    const of = (change) => pairs.filter((pair) => pair.change === change);
    this.changed.replaceChildren(this.#group(of("prevented"), "prevented", "prevented"),
      this.#group(of("caused"), "caused", "caused"));
    const alike = of("same");
    const words = { stands: "in force in both", prohibited: "prohibited in both", reversed: "reversed in both",
      neutral: "back to neutral in both", restricted: "restricted in both" };
    this.same.replaceChildren(this.#group(of("depth"), "depth", "differ in depth"),
      ...DEEPEST_FIRST.map((depth) => [depth, alike.filter((pair) => pair.a === depth)]).filter(([, own]) => own.length)
        .map(([depth, own]) => this.#group(own, "same", words[depth])));
    this.node.hidden = rows.length === 0;
    this.mark(this.current);
    if (focused !== undefined) this.buttons.get(focused)?.focus();
  }

  // Mark the pair of the film.
  mark(replicate) {
    this.current = replicate;
    for (const [number, button] of this.buttons) {
      const current = number === replicate;
      button.classList.toggle("moat-current", current);
      if (current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    // One stop of the tab key; arrows move from there.
    const [first] = this.buttons.keys();
    const stop = this.buttons.has(replicate) ? replicate : first;
    for (const [number, button] of this.buttons) button.tabIndex = number === stop ? 0 : -1;
  }

  #group(pairs, change, text) {
    const strips = pairs.length ? pairs.map((pair) => this.#strip(pair))
      : [h("i", { class: "moat-strip moat-no-strip", "aria-hidden": "true" })];
    return h("div", { class: `moat-strip-group moat-group-${change}`, role: "group",
      "aria-label": `${pairs.length} ${text}` },
      h("div", { class: "moat-strip-list" }, strips),
      h("p", {}, h("b", {}, String(pairs.length)), ` ${text}`));
  }

  #strip({ replicate, a, b, change }) {
    const button = h("button", {
      type: "button",
      class: `moat-strip moat-strip-${change}`,
      "data-replicate": replicate,
      "aria-label": `Pair ${replicate}: World A ${DEPTH_WORDS[a]}, World B ${DEPTH_WORDS[b]}; ${CHANGES[change]}`,
      title: `Pair ${replicate}`,
      onclick: () => this.onPlay(replicate),
    }, h("i", { class: `moat-fell-${a}` }), h("i", { class: `moat-fell-${b}` }));
    this.buttons.set(replicate, button);
    return button;
  }

  #move(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const buttons = [...this.buttons.values()];
    const place = buttons.indexOf(document.activeElement);
    if (!step || place < 0) return;
    event.preventDefault();
    const next = buttons[(place + step + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }
}

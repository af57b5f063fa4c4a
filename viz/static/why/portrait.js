// One voter in both worlds, in a dialog: account, blame, ballots, and the terms of her vote.
import { COLOURS, freshId, h, s } from "moat/base/dom.js";
import { PARTY, dateOf, percent } from "moat/base/format.js";

const LINE_WIDTH = 320;
const LINE_HEIGHT = 70;
const SMALL_REMAINDER = 1e-6;

const dollars = (value) => `$${Math.round(value).toLocaleString("en-US")}`;
const LINES = [
  ["Retirement account", "account", dollars],
  ["Crypto in it", "crypto", dollars],
  ["Loss blamed on the policy, 0 to 1", "blame", (value) => value.toFixed(2)],
  ["Salience of the issue", "salience", (value) => value.toFixed(3)],
  ["Policy she prefers, 0 closed to 1 open", "ideal", (value) => value.toFixed(2)],
];

const partyName = (role) => PARTY[role].toLowerCase();

function description(person) {
  const holding = person.holds
    ? `In World B her retirement account holds crypto; she sees ${percent(person.visibility)} of it.`
    : "She holds no crypto in a retirement account in either world.";
  return `${Math.round(person.age)} years old, income ${dollars(person.income)} a year, leans to the `
    + `${partyName(person.leaning > 0 ? "author" : "opponent")} (${Math.abs(person.leaning).toFixed(2)} logit). `
    + holding;
}

// A line over the months of one world, on an axis that both worlds share.
function lineChart(title, worlds, index, name, format) {
  const values = worlds[index].months[name];
  const both = worlds.flatMap((world) => world.months[name]);
  const high = Math.max(...both) || 1;
  const low = Math.min(0, ...both);
  const x = (month) => (LINE_WIDTH * month / (values.length - 1)).toFixed(1);
  const y = (value) => (LINE_HEIGHT - 4 - (LINE_HEIGHT - 8) * (value - low) / (high - low || 1)).toFixed(1);
  const svg = s("svg", { viewBox: `0 0 ${LINE_WIDTH} ${LINE_HEIGHT}`, role: "img", "aria-label": title,
    preserveAspectRatio: "none" },
  s("path", {
    d: values.map((value, month) => `${month ? "L" : "M"}${x(month)} ${y(value)}`).join(""),
    fill: "none",
    stroke: index ? COLOURS.b : COLOURS.a,
    "stroke-width": 2,
    "stroke-dasharray": index ? "none" : "6 4",
    "vector-effect": "non-scaling-stroke",
  }));
  const last = h("span", { class: "moat-now" }, ` ${format(values.at(-1))} at the end`);
  return h("figure", { class: "moat-chart" }, h("figcaption", {}, title, last), svg);
}

// vote.terms: logit points by name; names: the label of each term.
function ballot(vote, names) {
  const { terms } = vote;
  const most = Math.max(0.01, ...Object.keys(names).map((name) => Math.abs(terms[name])));
  const shown = Object.entries(names).filter(([name]) => name !== "rest" || Math.abs(terms.rest) > SMALL_REMAINDER);
  const rows = shown.map(([name, label]) => {
    const value = terms[name];
    const width = 50 * Math.abs(value) / most;
    const style = `left:${value < 0 ? 50 - width : 50}%;width:${width}%;`
      + `background:${value < 0 ? COLOURS.opponent : COLOURS.author}`;
    return h("tr", {},
      h("th", { scope: "row" }, label),
      h("td", {}, value.toFixed(3)),
      h("td", { "aria-hidden": "true" }, h("div", { class: "moat-bar" }, h("i", { style }))));
  });
  const choice = vote.vote === "abstained" ? "did not vote" : `voted for the ${partyName(vote.vote)}`;
  const probability = 1 / (1 + Math.exp(-terms.utility));
  return h("details", {},
    h("summary", {}, `${dateOf(vote.month)}: ${choice}`),
    h("p", {}, `Probability to vote ${percent(terms.turnout, 1)}; if she votes, probability to choose the author `
      + `party ${percent(probability, 1)}. The terms below (logit, positive towards the author party) sum to `
      + `${terms.utility.toFixed(3)}.`),
    h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Term"), h("th", { scope: "col" }, "Logit"),
        h("td", { "aria-hidden": "true" }))),
      h("tbody", {}, rows)));
}

export class Portrait {
  constructor(onRequest) {
    this.onRequest = onRequest;
    this.body = h("div", { class: "moat-portrait-body" });
    const id = freshId("portrait");
    this.heading = h("h2", { id }, "One voter");
    this.node = h("dialog", { class: "moat-portrait", "aria-labelledby": id },
      h("form", { method: "dialog", class: "moat-close" }, h("button", {}, "Close")),
      this.heading,
      this.body);
  }

  request(index) {
    this.heading.textContent = `Voter ${index}`;
    this.body.replaceChildren(h("p", {}, "Computing this voter in both worlds…"));
    if (!this.node.open) this.node.showModal();
    this.onRequest(index);
  }

  fail(text) { this.body.replaceChildren(h("p", { class: "moat-problem" }, text)); }

  show({ worlds, terms }) {
    if (!this.node.open) return;
    const sections = worlds.map((world, index) => h("section", {},
      h("h3", {}, `World ${"AB"[index]}`),
      LINES.map(([title, name, format]) => lineChart(title, worlds, index, name, format)),
      h("h4", {}, "Her ballots"),
      world.votes.map((vote) => ballot(vote, terms))));
    this.body.replaceChildren(h("p", {}, description(worlds[1].person)), h("div", { class: "moat-two" }, sections));
  }
}

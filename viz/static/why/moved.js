// Voters who voted differently in World A and World B, and what moved each, in vote points.
import { colourNow, freshId, h } from "moat/base/dom.js";
import { PARTY, dateOf, percent } from "moat/base/format.js";
import { points } from "moat/why/words.js";

const WIDTH = 560;
const HEIGHT = 280;
const SHARP = 2; // canvas pixels for one of the drawing
const EDGE = 8;
const DOTS = 2500;
const REACH = 14;
const SMALL = 5e-3;
const NEUTRAL = "--none";
const LIGHT = { 1: "--author-light", 2: "--opponent-light" };
// Short labels; the full ones come with the answer.
const LABELS = {
  partisanship: "her leaning",
  season: "national mood",
  issue: "parties, by attention",
  threat: "loss she expects",
  grievance: "grievance",
  pocketbook: "own gains, credited",
  backstop: "public backstop",
  rest: "remainder",
};

// Other terms have a row only where they are not zero.
const ALWAYS = ["partisanship", "season", "issue", "pocketbook"];

const did = (vote) => (vote === "abstained" ? "stayed at home" : `voted for the ${PARTY[vote].toLowerCase()}`);
const signed = (value) => (value > 0 && Number(value.toFixed(2)) !== 0 ? `+${points(value)}` : points(value));

export class Moved {
  // onOpen: called with the number of a voter whose portrait the visitor wants; null without a server.
  constructor(page, onOpen) {
    this.page = page;
    this.onOpen = onOpen;
    this.summary = h("p", { class: "moat-note" });
    this.elections = h("div", { class: "moat-row" });
    this.canvas = h("canvas", { width: SHARP * WIDTH, height: SHARP * HEIGHT, role: "img", class: "moat-moved-map",
      onclick: (event) => this.#pickNear(event) });
    const id = freshId("moved");
    this.list = h("select", { id, onchange: () => this.#pick(Number(this.list.value)),
      onkeydown: (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        this.open();
      } });
    this.voter = h("div", { class: "moat-moved-voter" });
    this.body = h("div", { class: "moat-moved" },
      h("div", {}, this.canvas,
        h("p", { class: "moat-ends", "aria-hidden": "true" }, h("span", {}, "◀ opposed"), h("span", {}, "author ▶"))),
      h("div", {}, h("label", { for: id }, "Voter "), this.list, this.voter));
    this.node = h("section", { class: "moat-card moat-moved-card", "aria-label": "Whose vote moved?" },
      h("h3", {}, "Whose vote moved?"), this.elections, this.summary, this.body);
    this.reset();
  }

  reset() {
    this.answer = null;
    this.body.hidden = true;
    this.elections.replaceChildren();
    this.summary.textContent = "The live page and the atlas show whose vote moved.";
  }

  wait() { this.summary.textContent = "Comparing every voter in both worlds…"; }

  fail(text) { this.summary.textContent = text; }

  show(answer) {
    this.answer = answer;
    this.labels = Object.keys(answer.terms).map((name) => [LABELS[name] ?? answer.terms[name], answer.terms[name]]);
    this.elections.replaceChildren(...(answer.elections.length < 2 ? [] : answer.elections.map((election, place) =>
      h("button", { type: "button", class: "moat-small", "aria-pressed": "false", onclick: () => this.#choose(place) },
        dateOf(election.month)))));
    const most = answer.elections.reduce((best, election, place) =>
      (election.differ > answer.elections[best].differ ? place : best), 0);
    if (answer.elections.length) this.#choose(most);
    else this.summary.textContent = "No election was held after the takeover.";
  }

  #choose(place) {
    const election = this.answer.elections[place];
    this.election = election;
    [...this.elections.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === place)));
    const shown = election.rows.length < election.differ ? ` ${election.rows.length} of them are listed.` : "";
    this.summary.textContent = `${dateOf(election.month)}: ${election.differ} of ${election.voters.toLocaleString("en-US")} `
      + `voted differently in A and B. Exposure moved ${election.to_author} to the author party and `
      + `${election.to_opponent} to the opposed party; ${election.turnout} voted in one world only. `
      + `${election.holders} of them hold crypto in B.${shown}`;
    this.body.hidden = election.rows.length === 0;
    if (!election.rows.length) return;
    this.list.replaceChildren(...election.rows.map((row) =>
      h("option", { value: row.index }, `${row.index}: ${row.a.vote} in A, ${row.b.vote} in B`)));
    this.#pick(election.rows[0].index);
  }

  #pick(index) {
    this.row = this.election.rows.find((row) => row.index === index);
    this.list.value = String(index);
    this.#showVoter();
    this.draw();
  }

  open() { if (this.onOpen && this.row) this.onOpen(this.row.index); }

  #place(index) {
    const { places } = this.page.film.worlds[0];
    const voters = this.page.film.title.voters;
    return [EDGE + ((WIDTH - 2 * EDGE) * places[index]) / 255,
      HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * places[voters + index]) / 255];
  }

  // The same place as in the drawing of all voters: leaning across, age up.
  draw() {
    const { film } = this.page;
    if (!this.election || !film.loaded) return;
    const context = this.canvas.getContext("2d");
    const votes = film.snapshotAt(film.worlds[1], this.election.month + 1).data;
    context.setTransform(SHARP, 0, 0, SHARP, 0, 0);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    const every = Math.max(1, Math.floor(film.title.voters / DOTS));
    for (let index = 0; index < film.title.voters; index += every) {
      const [x, y] = this.#place(index);
      context.fillStyle = colourNow(LIGHT[votes[index] & 3] ?? NEUTRAL);
      context.fillRect(x - 1.2, y - 1.2, 2.4, 2.4);
    }
    context.strokeStyle = colourNow("--ink");
    for (const row of this.election.rows) {
      const [x, y] = this.#place(row.index);
      context.lineWidth = row === this.row ? 3.5 : 1.4;
      context.beginPath();
      context.arc(x, y, row === this.row ? 9 : 6.5, 0, 2 * Math.PI);
      context.stroke();
    }
    this.canvas.setAttribute("aria-label", `Voters by leaning across and age up; ${this.election.rows.length} rings mark `
      + "those who voted differently. The list beside it holds the same voters.");
  }

  #pickNear({ offsetX, offsetY }) {
    const stretch = WIDTH / this.canvas.clientWidth;
    const distance = ({ index }) => {
      const [x, y] = this.#place(index);
      return Math.hypot(x - offsetX * stretch, y - offsetY * stretch);
    };
    const nearest = this.election.rows.reduce((best, row) => (distance(row) < distance(best) ? row : best));
    if (distance(nearest) < REACH * stretch) this.#pick(nearest.index);
  }

  // A bar from the middle: to the left towards the opposed party, to the right towards the author.
  #bar(value, most) {
    const width = (50 * Math.abs(value)) / most;
    const style = `left:${value < 0 ? 50 - width : 50}%;width:${width}%;background:var(--${value < 0 ? "opponent" : "author"})`;
    return h("div", { class: "moat-bar", "aria-hidden": "true" }, h("i", { style }));
  }

  #showVoter() {
    const { row } = this;
    const changes = row.b.terms.map((value, i) => value - row.a.terms[i]);
    const total = row.b.sum - row.a.sum;
    const most = Math.max(0.05, Math.abs(total), ...changes.map(Math.abs));
    const line = (label, title, a, b, change, name) => h("tr", { "data-part": name },
      h("th", { scope: "row", title }, label), h("td", {}, points(a)), h("td", {}, points(b)),
      h("td", {}, signed(change)), h("td", {}, this.#bar(change, most)));
    const names = Object.keys(this.answer.terms);
    const rows = this.labels.map(([label, title], i) => [label, title, row.a.terms[i], row.b.terms[i], changes[i], names[i]])
      .filter(([, , a, b, , name]) => ALWAYS.includes(name) || Math.abs(a) + Math.abs(b) > SMALL);
    this.voter.replaceChildren(
      h("p", {}, h("strong", {}, `Voter ${row.index}`), `, ${row.age}, ${row.holds ? "holds crypto in B" : "holds none"}. `
        + `She ${did(row.a.vote)} in A and ${did(row.b.vote)} in B.`),
      h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Points to author"), h("th", { scope: "col" }, "A"),
          h("th", { scope: "col" }, "B"), h("th", { scope: "col" }, "B − A"), h("td", {}))),
        h("tbody", {}, rows.map((values) => line(...values))),
        h("tfoot", {}, line("sum", "all terms together", row.a.sum, row.b.sum, total, "sum"))),
      h("p", { class: "moat-note" }, this.#reason(row)),
      this.onOpen ? h("button", { type: "button", class: "moat-small", onclick: () => this.open() }, "Her whole portrait") : null);
  }

  // Her luck is the same in both worlds; exposure moved her over it.
  #reason(row) {
    if (row.a.vote !== "abstained" && row.b.vote !== "abstained") {
      return `She votes for the author party if the sum exceeds ${points(row.draw)}, her draw of that day: the same in both `
        + "worlds.";
    }
    return `She votes if her probability to turn out, ${percent(row.a.turnout, 1)} in A and ${percent(row.b.turnout, 1)} in B, `
      + `exceeds ${percent(row.going, 1)}, her draw of that day: the same in both worlds.`;
  }
}

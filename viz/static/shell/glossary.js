// The glossary: a panel over the page. A click on an element with the attribute data-term opens it at that term.
import { freshId, h } from "moat/base/dom.js";

export class Glossary {
  // terms: [[term, text]] in order.
  constructor(terms) {
    const id = freshId("glossary");
    this.rows = terms.map(([term, text]) => {
      const row = h("div", { "data-name": term }, h("dt", {}, term), h("dd", {}, text));
      return { row, text: `${term} ${text}`.toLowerCase() };
    });
    this.search = h("input", { type: "search", "aria-label": "Search the glossary", placeholder: "Search" });
    this.search.addEventListener("input", () => this.#filter());
    this.none = h("p", { role: "status" });
    this.node = h("dialog", { class: "moat-glossary", "aria-labelledby": id },
      h("div", { class: "moat-glossary-head" }, h("h2", { id }, "Glossary"), this.search,
        h("button", { type: "button", onclick: () => this.node.close() }, "Close")),
      this.none,
      h("dl", { tabindex: "0", "aria-label": "Terms" }, this.rows.map(({ row }) => row)));
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.node.close(); // the search field would only clear itself
    });
    this.node.addEventListener("click", (event) => {
      if (event.target === this.node) this.node.close(); // the ground beside the panel
    });
  }

  // Open the panel, at a term if one is given.
  open(term = "") {
    this.search.value = "";
    this.#filter();
    if (!this.node.open) this.node.showModal();
    const found = this.rows.find(({ row }) => row.dataset.name === term)?.row;
    for (const { row } of this.rows) row.classList.toggle("moat-found", row === found);
    found?.scrollIntoView({ block: "center" });
  }

  // Open the panel when an element of `root` that names a term is clicked.
  listenIn(root) {
    root.addEventListener("click", (event) => {
      const named = event.target.closest?.("[data-term]");
      if (named) this.open(named.dataset.term);
    });
  }

  #filter() {
    const wanted = this.search.value.trim().toLowerCase();
    let shown = 0;
    for (const { row, text } of this.rows) {
      row.hidden = !text.includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    this.none.textContent = shown ? "" : "No term holds these letters.";
  }
}

// Addresses, command lines and files of a scenario.
import { h, saveFile } from "moat/base/dom.js";
import { csvOf, pngOf, svgOf } from "moat/watch/export.js";

export class Share {
  // step: the WatchStep of the page; onHtml(): request the HTML file.
  constructor(step, page, onHtml) {
    this.standalone = page.standalone;
    const field = (label) => h("input", { type: "text", readonly: true, "aria-label": label });
    this.address = field("Address of this pair of worlds");
    this.command = field("Command line that prints the same numbers");
    this.study = field("Command line of the 100 replicates");
    this.message = h("p", { role: "status", class: "moat-note" });
    const row = (label, input, name) => h("div", { class: "moat-copy" },
      h("span", {}, label),
      input,
      h("button", { type: "button", "aria-label": `Copy ${name}`, onclick: () => this.#copy(input, name) }, "Copy"));
    const fileName = () => `two-worlds-${page.scenario.seed}-${page.scenario.replicate}`;
    const button = (label, onclick) => h("button", { type: "button", onclick }, label);
    this.node = h("section", { class: "moat-share", "aria-label": "Share" },
      h("h2", {}, "Share and export"),
      page.standalone ? null : row("Link", this.address, "the link"),
      row("Command line", this.command, "the command line"),
      row("100 replicates", this.study, "the command line of the 100 replicates"),
      h("div", { class: "moat-row" },
        button("CSV", () => saveFile(`${fileName()}.csv`, csvOf(page.film, page.scenario, page.catalogue, this.address.value), "text/csv")),
        button("PNG", async () => saveFile(`${fileName()}.png`, await pngOf(step), "image/png")),
        button("SVG", () => saveFile(`${fileName()}.svg`, svgOf(step), "image/svg+xml")),
        page.standalone ? null : button("One HTML file", onHtml)),
      this.message);
  }

  async #copy(input, name) {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
      this.message.textContent = `Copied ${name}.`;
    } catch {
      this.message.textContent = "The text is selected: copy it with the keyboard.";
    }
  }

  show(scenario) {
    const place = this.standalone ? "" : `${location.origin}${location.pathname}`;
    this.address.value = `${place}?${scenario.address}`;
    this.command.value = scenario.command;
    this.study.value = scenario.study;
  }
}

// Presets: a row of buttons with digit keys, and a list of the hypotheses.
import { freshId, h } from "moat/base/dom.js";

const DIGITS = 9;

// A row of nine preset buttons, each with a digit key; a list holds the rest.
export class Scenes {
  constructor(scenes, onPick) {
    const entries = Object.entries(scenes);
    const listed = entries.slice(DIGITS);
    const listId = freshId("list");
    const noteId = freshId("note");
    this.scenes = scenes;
    this.names = entries.slice(0, DIGITS).map(([name]) => name);
    this.buttons = this.names.map((name, index) => h("button", {
      type: "button",
      "aria-pressed": "false",
      title: scenes[name].sentence,
      "data-scene": name,
      onclick: () => onPick(name),
    }, h("kbd", { "aria-hidden": "true" }, String(index + 1)), scenes[name].label));
    const isHypothesis = ([name]) => /^h\d/.test(name);
    const options = (picked) => picked.map(([name, scene]) => h("option", { value: name }, scene.label));
    this.list = h("select", { id: listId, "aria-describedby": noteId },
      h("option", { value: "" }, "choose one"),
      options(listed.filter(isHypothesis)),
      h("optgroup", { label: "Other policies, for comparison" },
        options(listed.filter((entry) => !isHypothesis(entry)))));
    this.list.addEventListener("change", () => this.list.value && onPick(this.list.value));
    this.note = h("span", { id: noteId, class: "moat-note" });
    this.node = h("div", {},
      h("div", { class: "moat-scenes", role: "group", "aria-label": "Presets" }, this.buttons),
      listed.length ? h("p", { class: "moat-more" }, h("label", { for: listId }, "Hypotheses"), this.list, this.note)
        : null);
    this.mark("");
  }

  mark(name) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.scene === name));
    const listed = name in this.scenes && !this.names.includes(name);
    this.list.value = listed ? name : "";
    this.note.textContent = listed ? this.scenes[name].sentence
      : "Presets in which each hypothesis can hold; a single replicate may not show it.";
  }
}

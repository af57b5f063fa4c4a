// The presets: one list with a group for each kind. The digits choose the first nine.
import { freshId, h } from "moat/base/dom.js";

const DIGITS = 9;
const CHANGED = "No preset: values have been changed.";

export class Scenes {
  // scenes: { name: { label, sentence } } in the order of the page; onPick(name).
  constructor(scenes, onPick) {
    const names = Object.keys(scenes);
    const listed = names.slice(DIGITS);
    const isHypothesis = (name) => /^h\d/.test(name);
    const group = (label, members) => (members.length ? h("optgroup", { label }, members.map((name) =>
      h("option", { value: name }, scenes[name].label))) : null);
    const [id, noteId] = [freshId("preset"), freshId("note")];
    this.scenes = scenes;
    this.names = names.slice(0, DIGITS);
    this.changed = h("option", { value: "", hidden: true }, "changed");
    this.list = h("select", { id, "aria-describedby": noteId },
      this.changed,
      group(`Presets (keys 1 to ${this.names.length})`, this.names),
      group("Hypotheses: each can hold here", listed.filter(isHypothesis)),
      group("Other policies, for comparison", listed.filter((name) => !isHypothesis(name))));
    this.list.addEventListener("change", () => this.list.value && onPick(this.list.value));
    this.note = h("span", { id: noteId, class: "moat-note" });
    this.node = h("p", { class: "moat-scenes" }, h("label", { for: id }, "Preset"), this.list, this.note);
  }

  mark(name) {
    this.changed.hidden = name in this.scenes;
    this.list.value = name in this.scenes ? name : "";
    this.note.textContent = this.scenes[name]?.sentence ?? CHANGED;
  }
}

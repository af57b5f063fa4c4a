// The atlas's stand-in for anywidget's model: answers the messages of the page from data files, without a server.
import { commandOf } from "moat/atlas/commands.js";
import { load } from "moat/atlas/data.js";

const ADDRESS_ONLY = ["scene", "replicate", "version", "code"];
const CHOICE_ONLY = ["scene", "replicate", "seed", "version", "code"];
const REPLICATES = 100;
const WHAT = { voter: "portrait", ready: "film", page: "film" };
const NOT_HELD = {
  film: "This atlas holds no film of this scenario.",
  voter: "This atlas holds no single voters.",
  page: "This atlas plays without a server already; a single HTML file comes from moat view.",
};
const LIVE_PAGE = "http://127.0.0.1:8765/";

const sorted = (content) => Object.fromEntries(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
// Equal to request_key in viz/atlas/packs.py.
export const requestKey = (message) => JSON.stringify(sorted(message));

const without = (fields, names) => sorted(Object.fromEntries(Object.entries(fields)
  .filter(([name, text]) => !names.includes(name) && text !== "")));
const signature = (fields) => JSON.stringify(without(fields, ADDRESS_ONLY));

export class AtlasModel {
  // catalogue: JSON text; index: {version, code, first, scenes: {name: {fields, values, films, answers}}}.
  constructor(catalogue, index) {
    this.catalogue = catalogue;
    this.index = index;
    this.listeners = [];
    this.film = 0;
    this.scene = "";
    this.fields = {};
    this.recording = {};
  }

  get(name) { return name === "catalogue" ? this.catalogue : undefined; }

  on(event, listener) { if (event === "msg:custom") this.listeners.push(listener); }

  off(event, listener) { this.listeners = this.listeners.filter((each) => each !== listener); }

  send(message) {
    const { type } = message;
    const answer = type === "ready" ? this.#ready(message.query ?? "")
      : type === "film" ? this.#play(this.#resolve(message.fields)) : this.#replay(message);
    answer.catch((error) => this.#emit({ type: "problem", what: WHAT[type] ?? type, text: error.message }));
  }

  #emit(message, buffers = []) { for (const listener of this.listeners) listener(message, buffers); }

  // Names and texts of a request, completed by the preset's if the request only chooses one.
  #resolve(fields) {
    const scene = this.index.scenes[fields.scene];
    const chosenOnly = Object.entries(fields).every(([name, text]) => CHOICE_ONLY.includes(name) || text === "");
    return scene && chosenOnly ? { ...scene.fields, ...fields } : fields;
  }

  // [name of the scene, data file] of a film, or nothing.
  #find(fields) {
    const wanted = signature(fields);
    const { scenes } = this.index;
    const equal = Object.keys(scenes).filter((name) => signature(scenes[name].fields) === wanted);
    const name = equal.includes(fields.scene) ? fields.scene : equal[0];
    const file = scenes[name]?.films[fields.replicate ?? scenes[name].fields.replicate];
    return file && [name, file];
  }

  async #ready(query) {
    const { first, scenes } = this.index;
    const asked = Object.fromEntries(new URLSearchParams(query));
    delete asked.step;
    const fields = Object.keys(without(asked, ["version", "code"])).length ? this.#resolve(asked) : scenes[first].fields;
    if (this.#find(fields)) return this.#play(fields, this.#otherVersion(asked));
    return this.#play(scenes[first].fields,
      `${this.#notHeld("film", fields)} The first preset is shown instead.`);
  }

  #otherVersion({ version, code }) {
    const own = this.index;
    if ((version ?? own.version) === own.version && (code ?? own.code) === own.code) return "";
    return `This link comes from version ${version} (code ${code}). This page shows version ${own.version} `
      + `(code ${own.code}): numbers may differ.`;
  }

  async #play(fields, notice = "") {
    const found = this.#find(fields);
    if (!found) throw new Error(this.#notHeld("film", fields));
    const [scene, file] = found;
    const number = this.film + 1;
    this.film = number;
    const recording = await load(file);
    if (number !== this.film) return; // the visitor has asked for another film since
    this.scene = scene;
    this.recording = recording;
    for (const [message, buffers] of recording.film) {
      const own = message.type === "scenario" ? { notice, held: false } : {};
      if (message.type === "scenario") this.fields = message.fields;
      this.#emit({ ...message, film: number, ...own }, buffers);
    }
  }

  // Replay the recorded answers to a request about the scenario that is shown.
  async #replay(message) {
    if (message.type === "guess") return; // pooled by the server of a class
    const key = requestKey(message);
    const { scene } = this;
    const file = this.index.scenes[scene]?.answers[key];
    const recording = this.recording[key] ? this.recording : file && await load(file);
    if (!recording) throw new Error(this.#notHeld(message.type, this.fields));
    if (scene !== this.scene) return;
    for (const [answer, buffers] of recording[key]) {
      this.#emit("film" in answer ? { ...answer, film: this.film } : answer, buffers);
    }
  }

  // What the atlas lacks, and the commands that compute it.
  #notHeld(type, asked) {
    const { scenes } = this.index;
    const scene = scenes[this.scene] ?? scenes[this.index.first];
    const base = scenes[asked.scene] ?? Object.values(scenes).find((each) => each.fields.preset === asked.preset) ?? scene;
    const fields = { preset: base.fields.preset, seed: base.fields.seed, replicate: base.fields.replicate,
      ...without(asked, ["scene", "version", "code"]) };
    const oneFilm = ["film", "voter", "page"].includes(type);
    return `${NOT_HELD[type] ?? "This atlas has not computed this."} Its numbers are printed by: `
      + `${commandOf(fields, base.values, oneFilm ? null : REPLICATES)} . To see it, start moat view and open `
      + `${LIVE_PAGE}?${new URLSearchParams(fields)}`;
  }
}

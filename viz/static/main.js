// Entry points. `render` is anywidget's; the others play what came inside a page or a file.
import { PageView } from "moat/page_view.js";

const textOf = (id) => document.getElementById(id).textContent;
const bytesOfBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

// Show the film whose JSON stands in the element `filmId`.
function showEmbeddedFilm(view, filmId) {
  const { about, chunks } = JSON.parse(textOf(filmId));
  view.receive(about, []);
  for (const [content, buffers] of chunks) {
    view.receive({ type: "piece", film: about.film, content }, buffers.map(bytesOfBase64));
  }
}

// A model without a server. It keeps messages in `queued` for the server that comes later.
function serverlessModel(catalogueId) {
  const queued = [];
  const send = (message) => { if (message.type !== "ready") queued.push(message); };
  return { queued, get: () => textOf(catalogueId), on() {}, off() {}, send };
}

// Solara's style sheets come as print styles, so that they do not delay the first frame.
function applyLateStyles() {
  for (const link of document.querySelectorAll('link[rel="stylesheet"][media="print"]')) {
    if (link.sheet) link.media = "all";
    else link.addEventListener("load", () => { link.media = "all"; });
  }
}

// Show the page around the film that came inside it, before the server answers.
export function playPreloaded() {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", applyLateStyles);
  else applyLateStyles();
  const root = document.getElementById("moat-first");
  if (!root) return; // the widget was faster
  window.moatPreloaded = new PageView(serverlessModel("moat-catalogue"), root);
  showEmbeddedFilm(window.moatPreloaded, "moat-film");
}

// Play the film of a standalone HTML file.
export function playStandalone() {
  showEmbeddedFilm(new PageView(serverlessModel("moat-catalogue"), document.getElementById("moat-page")), "moat-film");
}

// The entry point of anywidget. Returns a function that cleans up.
export function render({ model, el }) {
  const preloaded = window.moatPreloaded;
  window.moatPreloaded = undefined;
  if (preloaded) preloaded.connect(model, el);
  document.getElementById("moat-first")?.remove();
  const view = preloaded ?? new PageView(model, el);
  return () => view.close();
}

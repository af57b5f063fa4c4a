// Entry point of the atlas: the page with data files in place of a server.
import { AtlasModel } from "moat/atlas/model.js";
import { PageView } from "moat/page_view.js";

const textOf = (id) => document.getElementById(id).textContent;

export function playAtlas() {
  const model = new AtlasModel(textOf("moat-catalogue"), JSON.parse(textOf("moat-atlas")));
  return new PageView(model, document.getElementById("moat-page"));
}

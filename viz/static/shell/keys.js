// Keys of the whole page. A focused control keeps the keys that it uses itself.
const TEXT_FIELDS = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const PRESSED_BY_SPACE = "button, a, summary, [type=checkbox], [type=radio]";
const MOVED_BY_ARROWS = "[type=range], [type=radio], [role=slider], [role=radio], [role=tab]";

// Space, arrows, Home and End move the film where it is in view; digits choose a preset. Returns a function that stops.
export function listenToKeys(page) {
  const { player } = page;
  const seek = (month) => {
    player.pause();
    player.seek(month);
  };
  const film = {
    " ": () => player.toggle(),
    ArrowLeft: () => player.step(-1),
    ArrowRight: () => player.step(1),
    Home: () => seek(0),
    End: () => seek(player.end),
  };
  const isFree = (key, focus) => {
    // The list of speeds opens with the down arrow, so that Space is free for the film.
    if (key === " " && focus.closest(".moat-transport select")) return true;
    if (focus.closest(TEXT_FIELDS)) return false;
    return !focus.closest(key === " " ? PRESSED_BY_SPACE : MOVED_BY_ARROWS);
  };
  const onKey = (event) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const focus = event.target instanceof Element ? event.target : document.body;
    if (!isFree(key, focus)) return;
    if (key in film && page.steps[page.step].playsFilm) film[key]();
    else if (/^[1-9]$/.test(key)) page.pickDigit(Number(key) - 1);
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

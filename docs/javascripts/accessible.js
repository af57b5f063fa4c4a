// Names and keyboard access that the theme leaves out: its search dialog, copy buttons, and regions that scroll.
"use strict";
const SCROLLING = ".md-typeset__scrollwrap, .output, .md-typeset pre > code";

function complete() {
  document.querySelector("[data-md-component=search]")?.setAttribute("aria-label", "Search");
  document.querySelectorAll(".md-code__nav").forEach((nav, number) => {
    nav.setAttribute("aria-label", `Code block ${number + 1}`);
  });
  for (const region of document.querySelectorAll(SCROLLING)) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
  }
}

complete();
new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", complete);

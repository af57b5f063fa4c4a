// A guess outlives a reload of the page, in the storage of its tab. A browser may refuse storage: then it does not.
import { BREADTHS, MOST } from "moat/guess/curve.js";

const key = (question) => `moat guess ${question}`;
const isWhole = (value) => Number.isInteger(value) && value >= 0 && value <= MOST;

export function keep(question, curve) {
  try {
    sessionStorage.setItem(key(question), JSON.stringify(curve));
  } catch {
    // Nothing is lost but the guess after a reload.
  }
}

// The four whole numbers of a guess that is kept, else null.
export function kept(question) {
  try {
    const curve = JSON.parse(sessionStorage.getItem(key(question)));
    return Array.isArray(curve) && curve.length === BREADTHS.length && curve.every(isWhole) ? curve : null;
  } catch {
    return null;
  }
}

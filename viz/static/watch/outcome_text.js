// How the page words an outcome: heading, table and ribbon take their words from here.
import { dateOf, times, yearOf } from "moat/base/format.js";
import { ORDER } from "moat/watch/film.js";

// did: what the world did, where @ is the policy; name: in the table and on the ribbon.
const WORDS = {
  pending: { did: "have not tested @ yet", name: "not yet" },
  stands: { did: "kept @", name: "in force" },
  attempted: { did: "tried to restrict @", name: "attempted" },
  restricted: { did: "restricted @", name: "restricted" },
  neutral: { did: "took @ back to neutral", name: "back to neutral" },
  reversed: { did: "reversed @", name: "reversed" },
  prohibited: { did: "prohibited holding", name: "prohibited" },
};
export const MEANINGS = {
  stands: "no attempt to lower openness by .10 or more",
  attempted: "a docket, guidance or bill would lower openness by .10 or more",
  restricted: "openness at least .10 lower than at the takeover for six months",
  neutral: "openness at or below its level of January 2025 for six months",
  reversed: "openness at or below extreme care, the level before the policy, for six months",
  prohibited: "holding through the plans prohibited for six months",
};

export const outcomeName = (code) => WORDS[code].name;

const did = (code, object) => WORDS[code].did.replace("@", object);
const only = (shallow, deep) => ORDER.indexOf(shallow) < ORDER.indexOf(deep) && shallow !== "stands";

// The heading at a month, a sentence for each world or one for both.
export function heading(film, month) {
  const { title, worlds } = film;
  if (title.history) return historyHeading(film, month);
  if (month < title.takeover) {
    return month < title.friendly_month ? "The author party governs and prepares the policy."
      : "The policy is in force. No other government has tested it yet.";
  }
  const [a, b] = worlds.map((world) => film.outcomeAt(world, month).code);
  if (a === b) return `Both worlds ${did(a, "the policy")}.`;
  return `World A ${did(a, "the policy")}. World B ${only(b, a) ? "only " : ""}${did(b, a === "prohibited" ? "the policy" : "it")}.`;
}

function historyHeading(film, month) {
  const [a, b] = film.worlds.map((world) => film.returnsAt(world, month));
  const gone = (count) => (count ? `returned to extreme care ${times(count)}` : "never returned to extreme care");
  return a === b ? `In both worlds the policy ${gone(a)}.` : `In World A the policy ${gone(a)}, in World B ${gone(b)}.`;
}

// The sentence below the heading: when, and what differs between the worlds.
export function sentence(film, month) {
  const { title, worlds } = film;
  const date = dateOf(month);
  if (title.history) return `By ${date}. Elections decide who governs: one history shows what can happen, not how often.`;
  if (month < title.takeover) {
    return `${date}. In January ${yearOf(title.takeover)} the opposed party takes office in both worlds.`;
  }
  const deterred = worlds.map((world) => film.deterredAt(world, month));
  const held = worlds.map((world, index) => (deterred[index] ? `in World ${world.name} ${times(deterred[index])}` : ""))
    .filter(Boolean).join(" and ");
  return `By ${date}.${held ? ` The next election deterred the government ${held}.` : ""}`;
}

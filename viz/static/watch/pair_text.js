// Why this pair is shown, and why the prices of its worlds differ.
const PRICE_CAUSES = {
  flows: "purchases and sales for accounts move it",
  depth: "they deepen the market",
  news: "news of rules moves it",
};

export function pairLine(scenario, film) {
  const { replicate, scene } = scenario;
  if (film.title.history) return `History ${replicate} of seed ${scenario.seed}.`;
  if (replicate === 0) return "Pair 0, the first of this seed.";
  if (!scene || !film.outcomes) return `Pair ${replicate} of this seed.`;
  const [a, b] = film.outcomes;
  const differ = ["attempted", "restricted", "neutral", "reversed", "prohibited"].some((name) => a[name] !== b[name]);
  return differ ? `Pair ${replicate}, chosen because its two worlds end differently: no evidence of an effect.`
    : `Pair ${replicate}, the same luck as in the other presets.`;
}

export function priceNote(film) {
  const causes = film.title.price_causes.map((name) => PRICE_CAUSES[name]);
  if (film.title.breadth === 0) return "The same in A and B: nobody holds crypto in either.";
  return causes.length ? `A and B differ: ${causes.join("; ")}.` : "The same in A and B: no flow or news moves it.";
}

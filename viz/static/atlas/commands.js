// Command lines that compute what the atlas does not hold; equal to those of Scenario.command in viz/scenario.py.
const NOT_PARAMETERS = ["scene", "preset", "seed", "replicate", "protocol", "cycles", "events", "version", "code"];
const AGEING = "people.ageing";
const BREADTH = "exposure.breadth";
const VISIBILITY = "exposure.visibility";
const VOTERS = "electorate.voters";
const CURVE = [0, 0.1, 0.3, 0.6];

const ascending = (a, b) => a - b;
const byName = ([a], [b]) => (a < b ? -1 : 1);

// fields: names and texts of a scenario; defaults: values of its preset; replicates: as a study of so many replicates.
export function commandOf(fields, defaults, replicates = null) {
  const value = (name) => fields[name] ?? defaults[name];
  const settings = new Map(Object.entries(fields)
    .filter(([name]) => !NOT_PARAMETERS.includes(name) && name !== BREADTH && name !== VOTERS));
  settings.set(VISIBILITY, String(Number(value(VISIBILITY))));
  const history = fields.protocol === "history";
  if (history) settings.set(AGEING, value(AGEING));
  const breadth = Number(value(BREADTH));
  const doses = new Set(replicates === null ? [0, breadth] : [...CURVE, breadth]);
  return [
    `moat run --preset ${fields.preset}`,
    ...[...settings].sort(byName).map(([name, text]) => `--set ${name}=${text}`),
    `--voters ${value(VOTERS)} --seed ${fields.seed}`,
    ...(fields.events ? fields.events.split(",").map((event) => `--event ${event}`) : []),
    `--breadth ${[...doses].sort(ascending).join(",")}`,
    ...(history ? [`--protocol history --cycles ${fields.cycles}`] : []),
    replicates === null ? `--replicate ${fields.replicate}` : `--replicates ${replicates}`,
  ].join(" ");
}

// The address bar: each step and each scenario that the visitor chooses is an entry of the history.
const stepOf = (query) => new URLSearchParams(query).get("step") ?? "";

function withoutStep(query) {
  const fields = new URLSearchParams(query);
  fields.delete("step");
  return fields;
}

export class Address {
  // onReturn(step, address, fields): the visitor went back or forward to a step of the scenario `address`.
  constructor(onReturn) {
    const onPop = () => {
      const fields = Object.fromEntries(withoutStep(location.search));
      onReturn(this.step, history.state?.address, fields);
    };
    window.addEventListener("popstate", onPop);
    this.close = () => window.removeEventListener("popstate", onPop);
  }

  get step() { return stepOf(location.search); }

  // The part of the address that names a scenario.
  get query() { return withoutStep(location.search).toString(); }

  // Make a new entry if the scenario or the step differ from those of the current one. The first entry keeps its text.
  sync(address, step) {
    const { state } = history;
    if (!address || (state?.address === address && state.step === step)) return;
    const entry = { address, step };
    if (state?.address) history.pushState(entry, "", `?${address}&step=${step}`);
    else history.replaceState(entry, "");
  }
}

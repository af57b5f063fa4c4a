// Whether the server answers. Solara keeps the connection: its Vue app is the global `app`.
const GONE = "The server does not answer. The film goes on playing; new results have to wait until the server is back.";
const RESTARTED = "The server is back, but it no longer knows this page. Reload to go on: the address holds everything.";

// Call tell(text, mayReload) when the connection is lost (a sentence) and when it is back (""). Returns a function
// that stops.
export function watchConnection(tell) {
  const { app } = window;
  if (typeof app?.$watch !== "function") return () => {};
  const state = () => {
    if (app.needsRefresh) return "restarted";
    return app.wasConnected && app.connectionStatus !== "connected" ? "gone" : "connected";
  };
  const show = (now) => {
    if (now === "restarted") tell(RESTARTED, true);
    else tell(now === "gone" ? GONE : "", now === "gone");
  };
  return app.$watch(state, show);
}

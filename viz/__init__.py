"""The browser page: two worlds, the same luck; recorded on the server, played in the browser."""

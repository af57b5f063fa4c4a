"""The browser page: two worlds with the same random draws, recorded on the server and played in the browser."""

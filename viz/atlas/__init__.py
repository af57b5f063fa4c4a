"""The atlas: the page as a static folder, which plays without Python, without a server and without a network."""

"""Tables that the package ships, and the commands that measure them."""

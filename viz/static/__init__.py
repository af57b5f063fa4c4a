"""ES and CSS files of the page, joined in the order of their names by `stage`."""

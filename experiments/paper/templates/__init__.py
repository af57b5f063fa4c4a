"""LaTeX files of every paper, without a number, and its references."""

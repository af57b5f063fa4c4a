"""The electorate: voters' state in arrays, the kernels that move it, and Mesa's view of it."""

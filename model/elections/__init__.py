"""National vote, poll questions and the calibration of the vote effect."""

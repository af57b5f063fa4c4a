"""Salience, ideal policy, blame and grievance of voters: parameters, equations and the monthly kernel."""

"""Who acts: voters, parties and regulators, what each may perceive, and the draws that move them."""

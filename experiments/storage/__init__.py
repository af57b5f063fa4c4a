"""Files of a results folder: ledger, exports, codebook, archive."""

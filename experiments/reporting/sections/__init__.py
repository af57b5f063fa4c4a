"""Parts of report.html that several sections share, and the sections about depth."""

"""The companion paper of a finished stress test: LaTeX text without typed numbers, tables, figures, checklists."""

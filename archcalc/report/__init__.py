"""The pipeline and its result: rows, totals, figures, budgets, and the differences of conventions."""

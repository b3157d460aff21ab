"""What every stage speaks: problems, kinds of values, dtypes, operation counts, formulas, quantities. Knows nothing of YAML, layers or networks."""

"""A report as a table: columns, lines, cells, and the ways to write them."""

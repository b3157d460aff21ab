"""Words about numbers: one layer, bytes, manual pages. Shows what was worked out."""

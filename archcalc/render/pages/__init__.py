"""Whole pages of text: comparisons, devices, figures, fits, conventions."""

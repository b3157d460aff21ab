"""Reports as text: pure functions from a report to a table, JSON, CSV or Markdown.

Nothing here prints or asks about the terminal; width, colour and character set are arguments.
"""

"""The commands, one file each: a function ``command`` for the command line, and ``HELP``, the rest of its help text."""

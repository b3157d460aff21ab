"""The commands, one file each: a function ``command`` for the command line, and ``HELP``, the rest of its help text."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "table": "Shapes, params, MACCs, FLOPs, bytes and least times of every layer; `archcalc SPEC` is short for it.",
    "explain": "How each figure of one layer comes about: formula, numbers in, value.",
    "compare": "Several specs, or one under several settings, side by side; two of them layer by layer.",
    "conventions": "What each FLOP convention and counter makes of a network, and why they differ.",
    "check": "Say what is wrong with specs, budgets and variants included.",
    "devices": "List the devices of the catalogue, or show the figures of one.",
    "clusters": "List the clusters of the catalogue, or show how the devices of one are wired.",
    "fit": "The largest batch or context with which a network fits a device.",
    "sweep": "Every combination of values of vars and options: a row of figures for each, conditions, Pareto fronts.",
    "best": "The design of a space that has the most or the least of a figure within conditions, and whether that is proved.",
    "space": "A space of designs as a whole: how many, what their figures range over, how many are within conditions, what moves a figure.",
    "roofline": "A picture of where the layers of a network stand under the roofs of a device.",
    "specs": "List the specs that come with archcalc, or print one to start from.",
    "guide": "The manual: how a spec is written, and what the numbers mean.",
    "figures": "What every figure means, its unit, and what it leaves out.",
    "layers": "List the layer types, or show the manual page of one.",
    "schema": "Print the JSON Schema of the spec language.",
}
"""Every command, in the order of the help; each is a file of archcalc/commands."""

DONE, WRONG_SPEC, WRONG_COMMAND, FAULT = 0, 1, 2, 70
"""Exit codes: all well; a spec is wrong or over budget; the command was wrong; a fault in archcalc itself."""

"""What a user may have meant by the name of a spec that is not there, and what a shell offers to complete one."""

from __future__ import annotations

import os
import re
from collections.abc import MutableMapping
from typing import Any

from ..core.suggest import nearest
from ..text.shipped import ENDINGS, located, names, path_of
from . import COMMANDS

BEFORE = "_ARCHCALC_BEFORE_AT"
"""Where in the environment the name before an @ is kept while a shell asks for variants."""
MOST, ALIKE = 3, 0.7
"""How many specs are named at most where one is not there, and how alike they are to what was written: 1 is the same."""


def near(spec: str) -> str:
    """A hint for a spec that is not there: a file, specs that come along and a command of nearly that name.

    A path is no command, and a spec that comes along only where its file is called so.
    """
    folder, word = os.path.split(spec)
    try:
        there = [os.path.join(folder, name) for name in os.listdir(folder or ".")]
    except OSError:
        there = []
    file = next((spec + ending for ending in ENDINGS if spec + ending in there), "") or nearest(spec, there)
    found = [f"'{file}'"] if file else []
    if word != spec or word.endswith(ENDINGS):
        name = os.path.splitext(word)[0]
        found += [f"the spec '{name}'"] if path_of(name) else []
        return _meant(found)
    specs = _near_specs(word)
    if not found and (others := [name for name in specs if _another(word, name)]):
        return f"the spec '{others[0]}' is of another network; `archcalc specs {others[0]}` shows it, for one of your own to start from"
    found += [("" if at else "the spec ") + f"'{name}'" for at, name in enumerate(specs)]
    found += [f"the command '{command}'"] if (command := nearest(word, COMMANDS)) else []
    return _meant(found) or "`archcalc specs` lists the specs that come with archcalc, `archcalc --help` the commands"


def _meant(found: list[str]) -> str:
    """The hint that names what was found, or an empty string."""
    first, last = ", ".join(found[:-1]), found[-1] if found else ""
    return f"did you mean {first} or {last}?" if first else f"did you mean {last}?" if last else ""


def _near_specs(word: str) -> list[str]:
    """The specs that come along, some with a variant, that a word is or nearly is; its case and hyphens say nothing."""
    from difflib import get_close_matches

    words, word = _words(), word.lower().replace("-", "_")
    return list(dict.fromkeys(words[each] for each in ([word] if word in words else get_close_matches(word, words, n=MOST, cutoff=ALIKE))))


def _another(word: str, name: str) -> bool:
    """Whether a name is the word with another number in it: that of another network, not of one that was meant."""
    plain = [re.sub("[0-9]", "0", each) for each in (word.lower(), name)]
    return plain[0] == plain[1] and word.lower() != name


def completed(incomplete: str) -> list[str]:
    """The specs that a shell offers: files of the folder and specs that come along; the variants of one whose name is complete."""
    name, at, _ = incomplete.rpartition("@")
    if at:
        return [f"{name}@{variant}" for variant in _variants(located(name or os.environ.get(BEFORE, ""))[0])]
    files = [name for name in os.listdir() if name.endswith(ENDINGS)]
    return [*files, *names(), *(f"{incomplete}@{variant}" for variant in _variants(located(incomplete)[0]))]


def join_at(environment: MutableMapping[str, str]) -> None:
    """Put together what bash takes apart: it hands NAME@START over as three words, and wants what @START could be.

    So @START becomes the word to complete, in the place where NAME stood, which is kept aside.
    """
    words, last = environment.get("COMP_WORDS", "").split(), int(environment.get("COMP_CWORD") or 0)
    at = last if words[last : last + 1] == ["@"] else last - 1
    if at > 1 and words[at : at + 1] == ["@"]:
        environment[BEFORE] = words[at - 1]
        environment["COMP_WORDS"] = " ".join([*words[: at - 1], "".join(words[at : last + 1])])
        environment["COMP_CWORD"] = str(at - 1)


def _variants(path: str) -> list[str]:
    """The names of a spec's variants, as far as its file can be read."""
    from ..text.nodes import to_python
    from ..text.reader import read

    try:
        with open(path, "rb") as stream:
            node, _ = read(stream.read(), path)
    except OSError:
        return []
    document: Any = to_python(node) if node is not None else None
    variants = document.get("variants") if isinstance(document, dict) else None
    return [str(name) for name in variants] if isinstance(variants, dict) else []


def _words() -> dict[str, str]:
    """The words by which a user may ask for a spec that comes along, and what to write: names, names of variants that one spec alone
    has, such as resnet101, and both together, such as bert_large."""
    written: dict[str, str] = {}
    owners: dict[str, list[str]] = {}
    for name in names():
        for variant in _variants(path_of(name)):
            owners.setdefault(variant, []).append(name)
            written[f"{name}_{variant}"] = f"{name}@{variant}"
    written.update({variant: f"{of[0]}@{variant}" for variant, of in owners.items() if len(of) == 1})
    return {**written, **{name: name for name in names()}}

"""The known word that was probably meant: one that a slip of the hand makes of it."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 100
"""Characters of a word that is compared with others."""
_CANDIDATES = 5


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that ``word`` was probably meant to be, or an empty string: the same in another case, or a few slips away."""
    from difflib import get_close_matches

    if len(word) > LONGEST:
        return ""
    plain = {each.casefold(): each for each in known}
    word = word.casefold()
    if word in plain:
        return plain[word]
    return next((plain[each] for each in get_close_matches(word, plain, n=_CANDIDATES, cutoff=0.6) if _near(word, each)), "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or an empty string."""
    match = nearest(word, known)
    return f"did you mean '{match}'?" if match else ""


def _near(word: str, other: str) -> bool:
    """Whether one word is a slip of the other: a letter too many, too few, another or two swapped, one for each four letters. In a word
    of three letters another letter makes another word, and another digit another number: neither sum is ssm, nor int5 int8."""
    short = min(len(word), len(other))
    if short <= 3:
        return sorted(word) == sorted(other) or (abs(len(word) - len(other)) == 1 and _slips(word, other) == 1)
    return _slips(word, other) <= max(1, short // 4)


def _slips(word: str, other: str) -> int:
    """The least number of letters that are put in, left out, changed, or swapped with the next (Damerau, 1964) to make one word of the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for number, letter in enumerate(word, 1):
        before, above, row = row, before, [number]
        for column, wanted in enumerate(other, 1):
            least = min(before[column] + 1, row[-1] + 1, before[column - 1] + _change(letter, wanted))
            if number > 1 and column > 1 and letter == other[column - 2] and word[number - 2] == wanted:
                least = min(least, above[column - 2] + 1)
            row.append(least)
    return row[-1]


def _change(letter: str, wanted: str) -> int:
    """The slips that it takes to write one for the other: no slip is large enough to write another digit."""
    return 0 if letter == wanted else LONGEST if letter.isdigit() and wanted.isdigit() else 1

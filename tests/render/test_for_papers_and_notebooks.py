"""Reports as LaTeX and as HTML: whole, exact, and whatever a spec calls itself stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

import archcalc
from archcalc.render.table.html import MOST, to_html
from archcalc.render.table.latex import escaped, to_latex
from archcalc.render.table.view import view

HOSTILE = "</script><img src=x onerror=alert(1)> & \\input{/etc/passwd} % $x_1^2$ ~ #1 \"quoted\" 'so'"


def small(name: str = "Net", **more: Any) -> Any:
    layers = [{"name": "first", "conv": {"channels": 5, "kernel": 3}}, "relu", {"linear": 7}]
    return archcalc.analyze({"name": name, "source": name, "input": [3, 9, 11], "layers": layers}, **more)


def test_latex_is_a_table_of_booktabs() -> None:
    assert to_latex(small()) == (
        r"""% \usepackage{booktabs}
\begin{table}
  \centering
  \caption{Net: 3 $\times$ 9 $\times$ 11 $\to$ 5 $\times$ 7 $\times$ 7}
  \begin{tabular}{lllrrrr}
    \toprule
    layer & type & output & params & MACCs & FLOPs & FLOPs \% \\
    \midrule
    first & conv & 5 $\times$ 7 $\times$ 9 & 140 & 8,505 & 8,820 & 78.3 \\
    relu & relu & 5 $\times$ 7 $\times$ 9 & - & - & - & - \\
    linear & linear & 5 $\times$ 7 $\times$ 7 & 70 & 2,205 & 2,450 & 21.7 \\
    \midrule
    total &  &  & 210 & 10.71 k & 11.27 k & 100.0 \\
    \bottomrule
  \end{tabular}
\end{table}
"""
        + "".join(f"% {line}\n" for line in _below(small()))
    )


def _below(report: Any) -> list[str]:
    made = view(report)
    return [made.source, *(f"{label} {number}{f', {more}' if more else ''}" for label, number, more in made.sums), *made.notes]


def test_what_latex_would_read_is_escaped() -> None:
    assert escaped("a_b & 50% #1 $x$ {y} \\z ~^<|>") == (
        r"a\_b \& 50\% \#1 \$x\$ \{y\} \textbackslash{}z \textasciitilde{}\textasciicircum{}\textless{}\textbar{}\textgreater{}"
    )
    rows = [line for line in to_latex(small(HOSTILE)).splitlines() if not line.startswith("%")]
    plain = re.sub(r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textquotedbl)\{\}|\\[&%$#_{}]", "", rows[2])
    assert r"\input" not in plain
    assert not set(plain.replace(r"$\times$", "").replace(r"$\to$", "").replace(r"\caption{", "").rstrip("}")) & set("\\$%#&_~^{}")


@pytest.mark.parametrize("columns", [None, ["layer", "args", "params"]])
def test_every_cell_is_in_latex(columns: Any) -> None:
    report = archcalc.analyze("unet", memory=True)
    text, made = to_latex(report, columns=columns), view(report, columns=columns)
    rows = [line.strip().removesuffix(r" \\") for line in text.splitlines() if line.endswith(r" \\")]
    assert len(rows) == len(made.cells[0]) + 1
    for number, cells in enumerate(zip(*made.cells, strict=True)):
        assert rows[number + 1] == " & ".join(map(escaped, cells))


class Reader(HTMLParser):
    """What a browser makes of it: the elements, balanced, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, Any]] = []
        self.text: list[str] = []
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.open[-1:] in (["td"], ["th"]):
            self.rows[-1][-1] += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("name", ["resnet50", "hrnet", "gpt2"])
def test_a_notebook_shows_the_table(name: str) -> None:
    """All of its cells, the first lines at once and the others behind a click."""
    report = archcalc.analyze(name, memory=True)
    made, found = view(report), read(report._repr_html_())
    cells = [list(row) for row in zip(*made.cells, strict=True)]
    assert found.rows[0] == list(made.heads)
    assert [row for row in found.rows if row != list(made.heads)] == cells
    assert ("details" in [tag for tag, _ in found.elements]) == (len(cells) - 1 > MOST)
    assert all(note in "".join(found.text) for note in made.notes)


def test_names_of_a_spec_are_text_in_a_notebook() -> None:
    found = read(to_html(small(HOSTILE)))
    assert {tag for tag, _ in found.elements} <= {"div", "p", "b", "br", "table", "thead", "tbody", "tfoot", "tr", "th", "td"}
    assert all(set(attrs) <= {"style"} for _, attrs in found.elements)
    assert HOSTILE in "".join(found.text)

"""Recurrent layers over a sequence, and their cells, which take one step."""

from __future__ import annotations

from typing import Any

from ..core.kinds import SIZE, TRUTH, Int, Word, show
from .kit.args import Arg, Example, LayerError, Shape, Symbols
from .kit.axes import FEATURES_LAST
from .kit.keeps import Keeps
from .kit.layer import LayerType
from .kit.positions import ALL, APART, Move, sequence

_HIDDEN = Arg("hidden", SIZE, "features of the state", symbol="H")
_BIAS = Arg("bias", TRUTH, "whether each gate has biases", True)
_BIASES = Arg(
    "biases", Int(1, "1 or 2", 2), "biases of a gate: 2, one for the input and one for the state, as in PyTorch; 1, as in Keras", 2
)
_STACK = (
    Arg("layers", Int(1, "a whole number from 1 to 10000", 10_000), "layers on one another, each on the outputs of the one below", 1),
    _BIAS,
    _BIASES,
    Arg("bidirectional", TRUTH, "whether a second pass runs from the end; the outputs of both are joined", False),
)
_PROJECTION = Arg("projection", SIZE, "features of h, where one more matrix makes it; null: no such matrix", None)
_ACTIVATION = Arg("activation", Word("tanh", "relu"), "the function of the sum", "tanh")


def _steps(symbols: Symbols, inputs: list[Shape], number: int, axis: int) -> Move:
    """The input is a sequence; the states that it starts from have none, and would come out of one."""
    return sequence(symbols, inputs, number, axis) if number == 0 or axis < len(inputs[number]) - 2 else (ALL, None)


class _Kind:
    """What a recurrent layer and its cell have in common.

    ``rows`` are those of its matrices, ``each`` says which operations an element of the state needs in one step beside them.
    """

    def __init__(
        self,
        name: str,
        meaning: str,
        gates: int,
        equations: str,
        source: str,
        *,
        states: tuple[str, ...] = ("state",),
        kept: str = "7 * N * H",
        **each: str,
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.gates = gates
        self.rows = f"{gates} * H" if gates > 1 else "H"
        self.biases = f"biases * {self.rows}"
        self.equations = equations
        self.source = source
        self.states = states
        self.kept = kept
        self.each = each

    def operations(self, steps: str) -> dict[str, Any]:
        """The operations of so many steps beside the matrices."""
        biases: dict[str, Any] = {"weight_adds": f"bias * {steps} * {self.biases}"}
        return biases | {field: f"{steps} * {number} * H" for field, number in self.each.items()}

    def check(self, name: str, inputs: list[Shape], wanted: list[Shape]) -> None:
        """The states come in all or not at all, in the shapes that they have here."""
        if len(inputs) not in (1, 1 + len(wanted)):
            raise LayerError(f"{name} takes its input alone, or with {' and '.join(self.states)}, and {len(inputs)} values come in")
        for number, (state, shape, right) in enumerate(zip(self.states, inputs[1:], wanted), 2):
            if shape != right:
                raise LayerError(f"input {number} is {show(shape)}, and the {state} of this {name} is {show(right)}", expected=show(right))

    def axes(self, symbols: Symbols, inputs: list[Shape], outputs: list[Shape]) -> str:
        """Of the layer: each device makes some elements of h, of every gate, and needs all of them at the next step."""
        h, made, whole = ("h!", "r!", "r!") if symbols["projected"] else ("h", "h", "h@")
        rows, passes = f"{self.gates}.{h}", symbols["D"]
        states = ", ".join([f"*b s! {made}", f"*b s! {h}"][: len(self.states)])
        weights = f"weight_ih_l0[{rows} i], weight_ih_l1[{rows} {passes}.{whole}], weight_hh_l0[{rows} {whole}]"
        weights += ", weight_hr_l0[r! h!]" if symbols["projected"] else ""
        return f"*b t! i!, {states}, {weights}, bias_ih_l0[{rows}], bias_hh_l0[{rows}] -> *b t {passes}.{made}, {states}"

    def layer(self, example: Example, *own: Arg) -> LayerType:
        """The layer over a sequence."""
        out, projected = ("R", " + projected * H * R") if _PROJECTION in own else ("H", "")

        def weights(biases: str) -> str:
            first, later = (f"{self.rows} * ({features} + {out}{biases})" for features in ("F_in", f"D * {out}"))
            if projected:
                first, later = f"({first}{projected})", f"({later}{projected})"
            return f"D * {first} + (layers - 1) * D * {later}"

        def last(symbols: Symbols, inputs: list[Shape]) -> list[Shape]:
            passes = (*inputs[0][:-2], symbols["layers"] * symbols["D"])
            return [(*passes, symbols["R"]), (*passes, symbols["H"])][: len(self.states)]

        def bind(symbols: Symbols, inputs: list[Shape]) -> None:
            shape = inputs[0]
            if len(shape) < 2:
                raise LayerError(f"{self.name} takes a sequence", expected="[length, features]", hint=f"{self.name}_cell takes one step")
            symbols["F_in"] = shape[-1]
            symbols["N"] = symbols["N_in"] // shape[-1]
            symbols["T"] = shape[-2]
            symbols["D"] = 1 + symbols["bidirectional"]
            symbols["R"] = symbols.get("projection") or symbols["H"]
            symbols["projected"] = symbols.get("projection") is not None
            symbols["tanh"] = symbols.get("activation") == "tanh"
            self.check(self.name, inputs, last(symbols, inputs))

        tensors = {
            "weight_ih_l0": f"D * [{self.rows}, F_in]",
            "weight_ih_l1": f"(layers - 1) * D * [{self.rows}, D * {out}]",
            "weight_hh_l0": f"layers * D * [{self.rows}, {out}]",
            "bias_ih_l0": f"bias * layers * D * [{self.rows}]",
            "bias_hh_l0": f"bias * (biases - 1) * layers * D * [{self.rows}]",
            **({"weight_hr_l0": "projected * layers * D * [R, H]"} if projected else {}),
        }
        names = ", ".join(f"name.{state} the last {'h' if state == 'state' else state}" for state in self.states)
        more = len(self.states) > 1
        sizes = ", R = projection or else H; projected is 1 with a projection and 0 without" if projected else ""
        return LayerType(
            self.name,
            f"{self.meaning} over a sequence. The value is the h of every step, {names}.",
            args=(_HIDDEN, *_STACK, *own),
            takes="[..., T, F_in]",
            inputs=(1, 1 + len(self.states)),
            symbols=bind,
            output=f"[..., T, D * {out}]",
            rule=lambda symbols, inputs: [(*inputs[0][:-1], symbols["D"] * symbols["R"])],
            output_names=self.states,
            extra=last,
            params=weights(" + biases * bias"),
            tensors=tensors,
            axes=self.axes,
            maccs=f"N * ({weights('')})",
            **self.operations("N * layers * D"),
            keeps=Keeps(
                weights="input",
                between=f"layers * D * {self.kept} + (layers - 1) * N * D * {out}{' + projected * layers * D * N * R' if projected else ''}",
            ),
            notes=(
                f"{self.equations} {'With projection h = V (o * tanh(cell)). ' if projected else ''}N steps, D directions (1 or 2), H = hidden{sizes}; "
                f"layers after the first take D * {out} features. "
                f"{'Two more inputs are' if len(self.states) > 1 else 'A second input is'} what it starts from, in the shape of "
                f"name.{' and name.'.join(self.states)}: {'[..., layers * D, R] and ' if projected else ''}[..., layers * D, H]."
            ),
            state=f"(2 - D) * layers * {'(R + H)' if more else 'H'} * N // T",
            gives_state=True,
            positions=_steps,
            whole=((0, "bidirectional", "reads the sequence from its end, too", "bidirectional: false reads it from its beginning alone"),),
            source=self.source,
            example=example,
        )

    def cell(self, example: Example, *own: Arg) -> LayerType:
        """One step of it."""
        name = f"{self.name}_cell"

        def bind(symbols: Symbols, inputs: list[Shape]) -> None:
            symbols["tanh"] = symbols.get("activation") == "tanh"
            self.check(name, inputs, [(*inputs[0][:-1], symbols["H"])] * len(self.states))

        more, rows = self.states[1:], f"{self.gates}.h"
        states = ", ".join(["*n h"] * len(self.states))
        return LayerType(
            name,
            f"{self.meaning}, one step of it. The value is h{''.join(f', name.{state} the {state}' for state in more)}.",
            args=(_HIDDEN, _BIAS, _BIASES, *own),
            takes=FEATURES_LAST,
            inputs=(1, 1 + len(self.states)),
            symbols=bind,
            output="[..., H]",
            output_names=more,
            extra=(lambda symbols, inputs: [(*inputs[0][:-1], symbols["H"])]) if more else None,
            params=f"{self.rows} * (F_in + H + biases * bias)",
            tensors={
                "weight_ih": f"[{self.rows}, F_in]",
                "weight_hh": f"[{self.rows}, H]",
                "bias_ih": f"bias * [{self.rows}]",
                "bias_hh": f"bias * (biases - 1) * [{self.rows}]",
            },
            axes=f"*n i!, {states}, weight_ih[{rows} i], weight_hh[{rows} h@], bias_ih[{rows}], bias_hh[{rows}] -> {states}",
            maccs=f"N * {self.rows} * (F_in + H)",
            **self.operations("N"),
            keeps=Keeps(weights="input", between=self.kept),
            notes=(
                f"{self.equations} {'Two more inputs are the h and the cell' if more else 'A second input is the h'} of the step before, "
                "each [..., H]; without them they are zeros, which count as any others."
            ),
            state=f"{len(self.states)} * N * H",
            gives_state=True,
            step=True,
            positions=APART,
            source=self.source,
            example=example,
        )


_rnn = _Kind(
    "rnn",
    "Elman's recurrent layer",
    1,
    "h = tanh(W x + b + U h + c), or relu in the place of tanh; both products are one running sum.",
    "Elman, Finding Structure in Time, 1990, Cognitive Science 14; PyTorch documentation, torch.nn.RNN",
    kept="(N + 1) * H",
    transcendentals="tanh",
    comparisons="(1 - tanh)",
)
_gru = _Kind(
    "gru",
    "Gated recurrent units",
    3,
    "r, z = sigmoid(W x + b + U h + c), each with its own; n = tanh(W x + b + r * (U h + c)); h = (1 - z) * n + z * h. "
    "Both products of r and of z are one running sum. As in PyTorch r is applied after the matrix U; with biases: 1 before it, as in the paper "
    "and in Keras with reset_after=False, n = tanh(W x + U (r * h) + b): one running sum, and one addition less.",
    "Cho et al., Learning Phrase Representations, 2014, arXiv:1406.1078, section 2.3; PyTorch documentation, torch.nn.GRU",
    muls="3",
    adds="(3 + biases)",
    divs="2",
    transcendentals="3",
)
_lstm = _Kind(
    "lstm",
    "Long short-term memory",
    4,
    "i, f, o = sigmoid(W x + b + U h + c) and g = tanh(W x + b + U h + c), each with its own; cell = f * cell + i * g; h = o * tanh(cell). "
    "Both products of a gate are one running sum.",
    "Hochreiter & Schmidhuber, Long Short-Term Memory, 1997, Neural Computation 9; PyTorch documentation, torch.nn.LSTM",
    states=("state", "cell"),
    muls="3",
    adds="4",
    divs="3",
    transcendentals="5",
)

rnn = _rnn.layer(Example({"hidden": 2}, [[3, 5]], [3, 2], 18, maccs=42, weight_adds=12, transcendentals=6), _ACTIVATION)
gru = _gru.layer(Example({"hidden": 2}, [[3, 5]], [3, 2], 54, maccs=126, weight_adds=36, muls=18, adds=30, divs=12, transcendentals=18))
lstm = _lstm.layer(
    Example(
        {"hidden": 4, "layers": 2, "bidirectional": True, "projection": 2},
        [[3, 5]],
        [3, 4],
        576,
        maccs=1344,
        weight_adds=384,
        muls=144,
        adds=192,
        divs=144,
        transcendentals=240,
    ),
    _PROJECTION,
)
rnn_cell = _rnn.cell(Example({"hidden": 2, "activation": "relu"}, [[5]], [2], 18, maccs=14, weight_adds=4, comparisons=2), _ACTIVATION)
gru_cell = _gru.cell(Example({"hidden": 2}, [[5], [2]], [2], 54, maccs=42, weight_adds=12, muls=6, adds=10, divs=4, transcendentals=6))
lstm_cell = _lstm.cell(
    Example({"hidden": 2, "bias": False}, [[5], [2], [2]], [2], 56, maccs=56, muls=6, adds=8, divs=6, transcendentals=10)
)

LAYERS = (rnn, gru, lstm, rnn_cell, gru_cell, lstm_cell)

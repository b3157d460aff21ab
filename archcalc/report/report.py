"""What an analysis gives: the rows of a network, its totals, and how they were counted. Data, made in archcalc/report/pipeline.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..core.dtypes import HALF, in_words
from ..core.errors import JSON_SCHEMA_VERSION
from ..core.formats import TYPES
from ..core.words import counted
from ..network.edges import edges
from ..network.graph import Network
from ..network.notes import MOST, named, notes
from ..request.request import Request
from .measured import Shapes, plain, shapes_of
from .rows import Entry, Group, Row, uncounted
from .totals import Totals

if TYPE_CHECKING:
    from ..memory.account import Accounts
    from ..memory.ledger import Ledger
    from ..timing.pace import Measurement
    from ..timing.rates import Speed
    from ..timing.training import Training
    from .budget import OverBudget
    from .generation import Generation
    from .speculation import Speculation


class Report:
    """The analysis of one spec. What stages did not work out is None or empty."""

    def __init__(
        self,
        name: str,
        network: Network,
        request: Request,
        *,
        source: str = "",
        description: str = "",
        tree: list[Entry],
        layers: list[Row],
        causal: bool,
        totals: Totals,
        accounts: Accounts | None = None,
        ledgers: Sequence[Ledger] = (),
        speed: Speed | None = None,
        training: Training | None = None,
        measurement: Measurement | None = None,
        generation: Generation | None = None,
        budget: Sequence[OverBudget] = (),
        not_held: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.source = source
        self.description = description
        self.network = network
        self.request = request
        self.variant = request.variant
        self.batch = request.batch
        self.dtype = network.dtype
        self.convention = request.convention.name
        self.convention_meaning = request.convention.meaning
        self.convention_unit = request.convention.unit
        self.tree = tree
        """The entries of the top level: layers, and groups that hold others."""
        self.layers: list[Row] = layers
        """The same layer by layer, in the order in which data flows."""
        self.causal = causal
        """Whether some layer counts pairs of positions of which some are masked."""
        self.totals: Totals = totals
        self.accounts = accounts
        """How the bytes of its layers were worked out, where they were."""
        self.ledgers = ledgers
        """What a training step and a forward pass need in memory."""
        self.speed = speed
        """The least times on a device, where one was named."""
        self.training = training
        """A whole training, where it was said on how much."""
        self.measurement = measurement
        """A measured speed, held against the least time, where one was given."""
        self.generation = generation
        """What is generated behind a prompt, where that was asked."""
        self.speculation: Speculation | None = None
        """What guesses of a draft come to, where one was named."""
        self.budget = list(budget)
        """The figures that are over the budget of the spec."""
        self.not_held = list(not_held)
        """The figures of the budget that were not worked out: least times, where no device was named."""

    def take_guesses(self, found: Speculation) -> None:
        """What guesses of a draft come to, which whoever has the reports of both works out."""
        self.speculation = found

    @property
    def trains(self) -> bool:
        """Whether there are figures of a training: not while decoding, of quantised weights, or on a device that trains nothing."""
        return any(ledger.name == "training" for ledger in self.ledgers)

    @property
    def title(self) -> str:
        """The network's name, with its variant."""
        return f"{self.name} ({self.variant})" if self.variant else self.name

    @property
    def left_out(self) -> list[str]:
        """What was asked of several specs, and this one has not."""
        ruled = self.request.convention.strangers
        return [
            f"{name} has a rule for the other specs: this one has no layer type of that name"
            if name in ruled
            else f"{name} is set for the other specs: this one has no var or input of that name"
            for name in self.request.left_out
        ]

    @property
    def notes(self) -> list[str]:
        """What else to know of how the network was run and counted."""
        found = [*self.left_out, *notes(self.network, self.request.batch)]
        if self.causal:
            half = self.request.causal == "half"
            told = "only the unmasked half of its products" if half else "all its products, masked ones among them"
            told += "" if half or self.speed is None else "; times take the unmasked ones alone"
            found.append(f"causal attention: {told}")
        if self.network.last_alone:
            found.append("logits: of the last position alone")
        if self.request.context:
            step = self.request.step or 1
            seen = (
                f"attends to {self.request.context:,}, itself among them"
                if self.totals.kv_cache_bytes
                else f"follows {self.request.context - step:,} others"
            )
            if step > 1:
                seen = seen.replace("attends", "attend").replace("follows", "follow").replace("itself", "themselves")
            several = len(self.network.inputs) > 1
            where = " and ".join(tensor.maker for tensor in self.network.inputs if several and tensor.origin & self.network.follows)
            of = f" of {where}" if where else ""
            found.append(f"decoding: {f'one token{of}, which' if step == 1 else f'{step:,} tokens{of} at once, which'} {seen}")
        if self.totals.kv_cache_bytes:
            each = self.totals.kv_cache_bytes_per_token
            full = any(row.held.cache_bits and not row.held.grown for row in self.layers)
            more = " from here on: windows and chunks that are full keep no more" if full else ""
            held_in = self.totals.held.cached_in(self.dtype)
            found.append(f"key-value cache{held_in}: {self.totals.kv_cache_bytes:,} bytes, {each:,} a token{more}")
            for name, features in self.totals.held.formats.items():
                if features:
                    sizes, block = " and ".join(map(str, sorted(features))), TYPES[name].block
                    found.append(
                        f"key-value cache, {name}: {sizes} features are no whole blocks of {block}, and one that is begun counts whole"
                    )
        if self.totals.cross_cache_bytes:
            found.append(
                f"cross-attention cache: {self.totals.cross_cache_bytes:,} bytes, made once before the first token and read by each"
            )
        if self.totals.state_bytes:
            found.append(f"states: {self.totals.state_bytes:,} bytes, whatever the context")
        if token := self.a_token:
            when = f"decoding at {self.request.context:,}" if self.request.context else f"prefill of {token['tokens']:,}"
            trained = ""
            if "six_n" in token:
                trained = f"; to train 6 N = {token['six_n']:,}, without embeddings {token['six_n_non_embedding']:,}"
            elif 0 < self.totals.trainable_params < self.totals.params:
                trained = "; no 6 N, which counts gradients of all params: some are frozen"
            found.append(f"a token: {token['operations_per_token']:,} operations forward (2 a MACC, {when}){trained}")
        found += named("ran before the first token: of them the weights alone are counted", [entry.name for entry in self.ran_before])
        if self.accounts is not None:
            run = self.accounts.training.run
            if self.request.memory or self.request.device is not None or self.generation is not None:
                found += self.memory_notes
            found += self.accounts.notes
            if few := self.accounts.plan.activations:
                found.append(
                    f"activations: quantised matrices take their inputs in {few} and multiply in it, all else runs in {self.dtype}"
                )
            if self.totals.untrained and not (self.trains or self.request.infers or self.accounts.serves):
                found.append("no param is trained, all are frozen or whole numbers: these are the figures of inference alone")
            if self.request.memory and not self.request.context:
                assumed = "the backward pass is taken to need its input and output; the layer type can say what it needs: saved: 0"
                found += named(assumed, list(run.assumed))
            if run.spoiled:
                found += named("overwrites in place what a layer before keeps for its backward pass", run.spoiled)
            if run.stale:
                found += named("takes a value that was overwritten in place before", list(dict.fromkeys(run.stale)))
        found += self.speed.notes if self.speed is not None else []
        found += self.measurement.notes if self.measurement is not None else []
        left = uncounted(self.layers)
        if left:
            types = list(left)
            more = f" and {len(types) - MOST} more" if len(types) > MOST else ""
            found.append(f"{self.convention} leaves out {counted(sum(left.values()), 'layer')}: {', '.join(types[:MOST])}{more}")
        if self.tool_sizes:
            sizes = ", ".join(f"{name.removesuffix('_bytes')} {size:,}" for name, size in self.tool_sizes.items())
            found.append(f"{self.convention} prints these bytes: {sizes}")
        return found + self.budget_notes

    @property
    def memory_notes(self) -> list[str]:
        """What of the ledgers an option would change that few would leave out: attention that is not fused, and moments of 16 bits."""
        if self.accounts is None:
            return []
        found, run, plan = [], self.accounts.training.run, self.accounts.plan
        if run.scores:
            laid_out = ", and keys and values laid out for each head of the queries," if run.laid_out else ""
            found.append(f"attention has its scores{laid_out} in memory, as the spec writes it; with --attention fused it never has")
        parts = self.totals.account.parts if self.totals.account is not None else {}
        narrow = plan.optimizer.in_dtype and any(name in plan.optimizer.state_names and what == in_words(HALF) for name, what in parts)
        if plan.trains and self.trains and narrow and self.request.precision is None:
            found.append(
                f"{plan.optimizer.name} has its states in {self.dtype}, as the weights are; --precision mixed has them in float32, "
                "and a float32 copy of the weights, as is usual"
            )
        return found

    @property
    def budget_notes(self) -> list[str]:
        """The figures of the budget that it was not held to."""
        return [f"not held to its budget of {', '.join(self.not_held)}: that goes with --device"] if self.not_held else []

    @property
    def tool_sizes(self) -> dict[str, int]:
        """The bytes that the convention's tool prints; empty where it prints none."""
        sizes = self.request.convention.sizes
        return sizes(self.network.inputs, self.layers, self.batch) if sizes is not None else {}

    @property
    def ran_before(self) -> list[Entry]:
        """While decoding what ran before the first token, for it has nothing of the tokens: groups and layers as far as they did as a whole."""
        return list(_before(self.tree)) if self.network.decodes else []

    @property
    def a_token(self) -> dict[str, Any]:
        """What one token comes to, exactly; empty where the network takes no sequence of tokens.

        6 N: Kaplan et al., Scaling Laws for Neural Language Models, 2020, arXiv:2001.08361, section 2.1: two operations forward and four
        backward for each param, of experts for the active ones. Where params have run before the token there is no such N.
        """
        tokens, totals = self.network.tokens, self.totals
        if not tokens:
            return {}
        whole, rest = divmod(2 * totals.maccs, tokens * self.batch)
        found = {"tokens": tokens, "operations_per_token": whole if not rest else 2 * totals.maccs / (tokens * self.batch)}
        if any(entry.params for entry in self.ran_before) or not totals.all_trained:
            return found
        return found | {
            "six_n": 6 * totals.active_params,
            "six_n_non_embedding": 6 * (totals.active_params - totals.embedding_params),
        }

    @property
    def outputs(self) -> Shapes:
        """The shapes of what the network gives, without the batch."""
        return shapes_of(self.network.outputs)

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON contract has it."""
        made_by = edges(self.network)
        return {
            "schema_version": JSON_SCHEMA_VERSION,
            "name": self.name,
            "variant": self.variant,
            "source": self.source,
            "description": self.description,
            "vars": {name: plain(value) for name, value in self.request.vars.items()},
            "batch": self.batch,
            "dtype": self.dtype,
            "convention": self.convention,
            "totals": self.totals.to_dict() | self.a_token | self.tool_sizes,
            "outputs": self.outputs,
            "notes": self.notes,
            **({"memory": {ledger.name: ledger.to_dict() for ledger in self.ledgers}} if self.ledgers else {}),
            **({"training": self.training.to_dict()} if self.training is not None and self.speed is None else {}),
            **({"generation": self.generation.to_dict()} if self.generation is not None else {}),
            **({"speculation": self.speculation.to_dict()} if self.speculation is not None else {}),
            **({"time": self.speed.to_dict()} if self.speed is not None else {}),
            **({"measured": self.measurement.to_dict()} if self.measurement is not None else {}),
            "layers": [row.to_dict(made_by) for row in self.layers],
        }

    def _repr_html_(self) -> str:
        """What a notebook shows of a report: its table."""
        from ..render.table.html import to_html

        return to_html(self)


def _before(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Of some entries and of what is inside them those that ran before the new token as a whole."""
    for entry in entries:
        if entry.before:
            yield entry
        else:
            yield from _before(entry.children if isinstance(entry, Group) else entry.parts)

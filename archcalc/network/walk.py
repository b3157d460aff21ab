"""What one walk through a spec knows: what is wrong, how much more may be made, and what was worked out before.

Every function of this room that follows a spec takes the walk first. None of them keeps anything elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from ..core.errors import HasPlace, Problem, Reporter
from ..layers.kit.result import Result
from ..spec.language import MAX_NESTING
from ..spec.templates import Template
from ..spec.tree import Body, Home, Item, Lora, Spec
from .choices import Choices
from .graph import Copies, Frame, Last, Tensor
from .scope import Adapters, Caching, Env, Loop, Scope, Values

WORK_PER_LAYER = 3
LEAST_WORK = 300_000
RANGED = 12
"""Values of a range that cost as much as an item."""


LEFT_OUT, UNKNOWN = "left out", "unknown"
"""Why a path leads to nothing: a condition left out what it names, or there is no such name where it looks."""


class Stop(Exception):
    """Nothing more can be judged; why was reported."""


class Wrong(Exception):
    """This item can't be judged. What is wrong is reported where this is caught, for only there is it known where in the network that is.

    Without a ``message`` there is nothing to report: it was reported before, or what the item needs is unknown because of that.
    """

    def __init__(self, message: str = "", node: HasPlace | None = None, path: str = "", arg: str = "", *, placed: bool = False) -> None:
        self.message = message
        self.node = node
        self.path = path
        self.arg = arg
        """The argument it is about."""
        self.file = ""
        """Where its node stands."""
        self.placed = placed
        """Whether ``found`` says already where in the network it is."""
        self.expected = ""
        self.found = ""
        self.hint = ""
        self.missing = ""
        """Why what a path names is not there, one of the words above: where all are taken, that one is nothing."""


class Walk:
    """One walk through one spec. ``run`` says how the network is run: see RUN in archcalc/layers/kit/layer.py. While decoding ``follows`` are
    the bits of the inputs that the tokens come in by.

    ``follow`` follows the items of a body. Blocks and composites hold bodies, and the file that follows them (build.py) knows blocks and
    composites; so that files still know one another one way, it hands itself in.
    """

    __slots__ = (
        *(
            "before",
            "choices",
            "depth",
            "dtype",
            "end",
            "ended",
            "follow",
            "follows",
            "formats",
            "given_up",
            "here",
            "home",
            "inputs",
            "two_axes",
            "made",
            "max_layers",
            "most_work",
            "doubts",
            "reporter",
            "run",
            "spec",
            "surrounding",
            "used",
            "vars",
            "work",
        ),
        *("adapters", "alone", "caches", "caching", "chains", "compared", "constants"),
        *("frames", "heads", "lasts", "looked_up", "loops", "results", "settled", "ways"),
    )

    def __init__(
        self,
        spec: Spec,
        dtype: str,
        max_layers: int,
        run: Env,
        follow: Callable[[Walk, Body, Values, Scope], Values],
        follows: int = 0,
        choices: Choices | None = None,
    ) -> None:
        self.spec = spec
        self.dtype = dtype
        self.run = run
        self.before = {**run, "context": 0, "incoming": 0}
        """How what does not follow the tokens was run, before they came."""
        self.follow = follow
        self.follows = follows
        self.reporter = Reporter(spec.file)
        self.given_up = ""
        """The path of the first item that could not be followed: what is wrong with it is among the problems, or was found while reading."""
        self.inputs: Values = []
        """What comes into the network."""
        self.doubts: list[tuple[str, str]] = []
        """What may not be meant so, each with the item that it is said of."""
        self.vars: Env = {}
        self.choices = choices or Choices()
        self.here = ""
        """Where something else than vars is open: the path of the item whose values are being evaluated."""
        self.home: Home | None = None
        """The file whose layers are being followed, where that is not the spec itself: ``vars`` are those of its network in use."""
        self.used: object = None
        """What tells one use of it from another."""
        self.end: str | None = None
        """The path at which the network of another file ends that is being followed."""
        self.ended = False
        """Whether it was reached."""
        self.alone: list[tuple[str, Last]] = []
        """The layers that join values and get one alone, the last of several: their paths, and which it is."""
        self.lasts: dict[Item, Last] = {}
        """By the item whose one source it is: the last of several copies or passes, as it was last found."""
        self.looked_up: set[str] = set()
        """What made the ids that tables are read by."""
        self.surrounding: Item | None = None
        """The outermost compound layer whose inside is being followed."""

        self.constants = False
        """Whether some layer works on nothing but weights and constants."""
        self.formats = False
        """Whether some item says in what its weights are held."""
        self.two_axes: list[tuple[Tensor, str, str]] = []
        """Values of two axes of which an expression reads one by a name, and the path of the expression."""
        self.max_layers = max_layers
        self.made = 0
        """Layers so far, those of copies that share a frame among them."""
        self.most_work = max(LEAST_WORK, WORK_PER_LAYER * max_layers)
        self.work = 0
        """Items visited and values listed so far: what a spec costs beside its layers."""
        self.depth = 0
        """Blocks, composites and loops around."""

        # What was worked out before. The keys hold layers, blocks and items, which are told apart by identity, not by what they hold:
        # they belong to the spec (or to the process, as built-in layers and their insides do), and it lives longer than the walk.
        self.adapters: dict[tuple[Lora, int], Adapters] = {}
        """By what is said of them and their rank."""
        self.caching: dict[tuple[Item, str], Caching] = {}
        """By item and by what it says that its caches are held in."""
        self.caches: dict[Item, Wrong | None] = {}
        """What is wrong with an item that says so of which no copy has a cache; None where one has."""
        self.heads: frozenset[str] | None = None
        """The heads of the network as it is without adapters; None: it is followed without any."""
        self.results: dict[Any, Result] = {}
        """By layer type, arguments and shapes."""
        self.frames: dict[Any, Frame] = {}
        """By block, arguments, shapes, and dtypes."""
        self.ways: list[str] = []
        """Where conditions stand of which both ways are followed, and one of these now."""
        self.settled: dict[Item, Any] = {}
        """The condition of an `if`, or the values of a `for`, that all copies of a repeat have in common."""
        self.chains: dict[Copies, Item] = {}
        """The passes of loops of which the first alone takes what the loop's source is."""
        self.compared: dict[tuple[Template, str], tuple[str, str, str] | None] = {}
        """By what asks whether two values are equal: of which kinds they are, and the word of the two; None where both were of one kind."""
        self.loops: list[Loop] = []
        """Those around, the outermost first, blocks' among them."""

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong so far."""
        return self.reporter.problems

    @contextmanager
    def within(self, home: Home, vars: Env, used: object) -> Iterator[None]:
        """Follow layers of another file, whose vars these are; ``used`` tells this use of it from another."""
        before = self.home, self.vars, self.used, self.reporter.file
        self.home, self.vars, self.used, self.reporter.file = home, vars, used, home.file
        try:
            yield
        finally:
            self.home, self.vars, self.used, self.reporter.file = before

    def reach(self, path: str) -> None:
        """What has this path was followed: the network of another file may end there."""
        if path == self.end:
            self.ended = True

    def body(self, body: Body, inputs: Values, scope: Scope) -> Values:
        """Follow the items of a body in order: their nodes are added in the scope, and what the last one gives is returned."""
        return self.follow(self, body, inputs, scope)

    def past(self, origin: int) -> bool:
        """Whether what is made of such values was there before the new token came in."""
        return bool(self.follows and self.run["context"]) and not origin & self.follows

    # --- what is wrong --------------------------------------------------------------------------------------------

    def error(self, node: HasPlace, path: str, message: str, expected: str = "", found: str = "", hint: str = "", *, arg: str = "") -> None:
        """Report what is wrong at a node; what is wrong inside a compound layer, at the user's item, or its argument of that name."""
        if self.surrounding is not None:
            node, path = self.surrounding.key, self.surrounding.path
            given = self.surrounding.args.get(arg)
            if isinstance(given, Template):
                node, path = given.node, given.path
        self.reporter.error(node, path, message, expected, found, hint)

    def wrong(
        self,
        node: HasPlace,
        path: str,
        message: str,
        expected: str = "",
        found: str = "",
        hint: str = "",
        *,
        arg: str = "",
        placed: bool = False,
        missing: str = "",
    ) -> NoReturn:
        """Give up the item being followed, for this reason. Raises Wrong."""
        wrong = Wrong(message, node, path, arg, placed=placed)
        wrong.expected, wrong.found, wrong.hint, wrong.file = expected, found, hint, self.reporter.file
        wrong.missing = missing
        raise wrong

    def report(self, wrong: Wrong, where: str = "") -> None:
        """Report why an item was given up; ``where`` is its path in the network."""
        if wrong.node is None:
            return
        found = wrong.found
        if where and not wrong.placed:
            found += f"{', ' if found else ''}in {where}"
        here, self.reporter.file = self.reporter.file, wrong.file
        self.error(wrong.node, wrong.path, wrong.message, wrong.expected, found, wrong.hint, arg=wrong.arg)
        self.reporter.file = here

    def doubt(self, what: str, place: str) -> None:
        """Say once of a place in the spec what may not be meant so there."""
        if (what, place) not in self.doubts:
            self.doubts.append((what, place))

    def stop(self, item: Item, message: str, expected: str = "", found: str = "", hint: str = "") -> NoReturn:
        """Give up the whole walk at an item. Raises Stop."""
        self.error(item.key, item.path, message, expected, found, hint)
        raise Stop

    # --- how much more may be made --------------------------------------------------------------------------------

    def reserve(self, layers_more: int, item: Item) -> None:
        """Count layers before they are made. Raises Stop where they would be too many."""
        if self.made + layers_more > self.max_layers:
            shown = f"{self.made + layers_more:,}" if layers_more < 10**15 else "far more"
            message, found = f"the spec comes to more than {self.max_layers:,} layers", f"at least {shown} with this item"
            self.stop(item, message, found=found, hint="--max-layers sets another limit")

    def spend(self, work: int, item: Item) -> None:
        """Count work that makes no layer: items left out, empty branches, long lists. Raises Stop where it is too much."""
        self.work += work
        if self.work > self.most_work:
            self.exhausted(item.key, item.path)

    def ranged(self, values: int) -> None:
        """Count the values of a range."""
        self.work += values // RANGED

    def exhausted(self, node: HasPlace, path: str) -> NoReturn:
        """Give up the whole walk where it has taken too much work. Raises Stop."""
        message = f"the spec takes more than {self.most_work:,} steps to follow"
        expected = "fewer copies, or fewer items in them that make no layer"
        self.error(node, path, message, expected, hint="a higher --max-layers allows more")
        raise Stop

    def deeper(self, item: Item) -> None:
        """Count one level further into composites and loops. Raises Stop where they are too many."""
        self.depth += 1
        if self.depth > 2 * MAX_NESTING:
            self.stop(item, "blocks and composites stand in one another too deep", expected=f"at most {2 * MAX_NESTING} levels")

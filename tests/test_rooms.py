"""The layout of the code: data flows one way, only the command line speaks to the world, nothing heavy is imported, files are small."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from archcalc.layers import NAMES
from places import ROOT

PACKAGE = ROOT / "archcalc"

ROOMS: tuple[str, ...] = (
    *("core", "text expr layers", "composites", "spec", "network", "conventions memory devices", "timing", "parallel", "request"),
    *("report", "explain explore", "render", "api", "commands", "__main__"),
)
"""The rooms in the order in which data flows; those in one text know nothing of one another. A room imports only rooms before it."""

FILES: dict[str, str] = {
    "core": "counts dtypes numbers ranges words < amounts formula held suggest < derivation errors figures formats kinds < checks quantity",
    "text": "nodes problems shipped < decode scalars syntax < anchors resume < beside python reader < files",
    "expr": "errors < limits < functions shapes < options refuse < comparing < build < compile",
    "layers": (
        "kit kit.args kit.keeps kit.plan < kit.axes kit.norms kit.reach kit.result < kit.positions kit.views < kit.einops kit.layer kit.window < kit.named < "
        "activation arithmetic attention_parts choose concat conv conv_recurrent dynamic elementwise embedding kit.compound kit.derivations kit.normed linear "
        "loss matmul norm pool purposes recurrent reduce regions resample reshape sampling shuffle spectral spline < attention composed heads joint latent lora mlp "
        "squeeze_excite ssm states transformer"
    ),
    "composites": "kit < choice choose each experts loop parallel residual sequence",
    "spec": (
        "aliases language < other_arguments other_values < templates < tree < names reading user_layers < recursion values < "
        "adapters bindings parts refs variables < modifiers < meant type_names < items < blocks < layer_types schema_items used < document schema"
    ),
    "network": (
        "chained choices < graph < edges head heads layout leaves scope unsure uses < incoming last lost numbered obstacles walk < "
        "doubts mistaken settings twice ways < evaluate notes < sources tokens < "
        "ends shapes < norms < adapters apply caches < blocks composing < ties < build following < decoding"
    ),
    "conventions": (
        "style < rule < builtin custom derivations einsum_path pieces < deepspeed fvcore keras mmcv ptflops ptflops_aten thop torch "
        "torchinfo torchvision ultralytics xla < calflops mmengine timm torchprofile"
    ),
    "memory": (
        "mixes optimizers precision quantized storage < checkpoint liveness loss traffic < context plan < keeping weights < "
        "choosing placing < flow < account < derivations ledger < overhead"
    ),
    "devices": "device < custom < catalogue",
    "timing": "times < clock energy training < pace reach turning < rates",
    "parallel": "cluster order < collectives custom schedules < catalogue timeline",
    "request": "option < network resources < options < request",
    "report": (
        "carried counting measured shaping terms < rows totals < alike build figures passes < generation measurement < budget speculation < report < "
        "derivations differences pipeline"
    ),
    "explain": "finding guide manual memory < layer",
    "explore": (
        "columns draft frame length operations space sums < choosing condition figures fronts numbers ranges trial < "
        "arrays compare counts plot points program where < backward changes chunk places sieve trace within < fit over tables < against question regions remedy < together < "
        "evaluate tabled < proved sweep < ask gather look parts scaling < store whole < best draw overview < designs grown"
    ),
    "render": (
        "files layout pages pages.figures picture picture.axes picture.bins picture.contour picture.svg table table.periods units < pace picture.scale picture.sheet runs < ledgers table.lines < "
        "pages.clusters pages.devices pages.differences pages.matrix pages.specs picture.dots picture.frame picture.labels table.cells table.columns table.purposes < "
        "pages.fit pages.sweep picture.limits picture.roofline picture.steps table.view < "
        "pages.best pages.within pages.compare pages.space picture.curve picture.heat picture.scatter table.html table.latex table.markdown table.plain < pages.changes picture.space"
    ),
    "commands": (
        "parts progress schema < names terminal < inputs options < drafts repeated several < build sources < best check clusters compare conventions devices explain figures fit guide layers "
        "roofline space specs sweep table < main"
    ),
}
"""The files of each room in the order in which they know one another; a room's own __init__ is its face, and not listed."""

AGAINST_THE_FLOW: dict[tuple[str, str], str] = {
    ("archcalc", "archcalc.api"): "for type checkers: the names that users import, looked up when they are asked for",
    ("archcalc", "archcalc.core.errors"): "for type checkers: as above",
    ("archcalc.explore.chunk", "archcalc.explore.tables"): "for type checkers: as above",
    ("archcalc", "archcalc.report.report"): "for type checkers: as above",
    ("archcalc.report.report", "archcalc.render.table.html"): "in a function: a notebook asks a report itself how it looks",
}
"""Imports of later rooms, inside functions or for type checkers alone, and why."""


class Import:
    """One import of a module of the package: which, where, and whether it is done when the module is read."""

    def __init__(self, room: str, target: str, line: int, when: str) -> None:
        self.room = room
        self.target = target
        self.line = line
        self.when = when

    def __repr__(self) -> str:
        return f"{self.room}:{self.line} imports {self.target} ({self.when})"


def sources() -> dict[str, str]:
    """Every module of the package and its text."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return found


def imports(room: str, text: str, modules: set[str], package: bool) -> Iterator[Import]:
    """Every import of the package's own modules in a text, those in functions among them."""
    here = room.split(".") if package else room.split(".")[:-1]

    def walk(node: ast.AST, when: str) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inner = when
            if isinstance(child, ast.FunctionDef):
                inner = "in a function"
            elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                inner = "for type checkers"
            elif isinstance(child, ast.ImportFrom):
                base = here[: len(here) - child.level + 1] if child.level else []
                name = ".".join([*base, *([child.module] if child.module else [])])
                for alias in child.names:
                    target = f"{name}.{alias.name}" if f"{name}.{alias.name}" in modules else name
                    if target in modules:
                        yield Import(room, target, child.lineno, when)
            elif isinstance(child, ast.Import):
                for alias in child.names:
                    if alias.name in modules:
                        yield Import(room, alias.name, child.lineno, when)
            yield from walk(child, inner)

    yield from walk(ast.parse(text), "when it is read")


def place(module: str) -> tuple[int, int]:
    """Where a module stands: the row of its room, and its row inside the room; a room's face comes before its files."""
    _, _, path = module.partition(".")
    room, _, file = path.partition(".")
    if not room:
        return (-1, 0)
    row = next((row for row, rooms in enumerate(ROOMS) if room in rooms.split()), None)
    assert row is not None, f"{module} is in no room"
    if not file:
        return (row, 0)
    for inner, names in enumerate(FILES[room].split(" < "), 1):
        if file in names.split():
            return (row, inner)
    raise AssertionError(f"{module} is not among the files of its room")


def before(target: str, module: str) -> bool:
    """Whether a module may be imported by another: it stands in an earlier row, of the rooms or within their room."""
    if target.split(".")[1:2] == module.split(".")[1:2]:
        return place(target) < place(module) or (module.count(".") == 1 and place(module)[1] == 0)
    return place(target)[0] < place(module)[0]


def against_the_flow(texts: dict[str, str]) -> list[Import]:
    """Every import of a room that does not stand before its importer."""
    packages = {module for module in texts if any(other.startswith(f"{module}.") for other in texts)}
    return [
        each for room, text in texts.items() for each in imports(room, text, set(texts), room in packages) if not before(each.target, room)
    ]


def test_data_flows_one_way() -> None:
    wrong = [each for each in against_the_flow(sources()) if (each.room, each.target) not in AGAINST_THE_FLOW]
    assert wrong == []


def test_imports_against_the_flow_are_few_and_never_when_a_module_is_read() -> None:
    found = against_the_flow(sources())
    assert {(each.room, each.target) for each in found} == set(AGAINST_THE_FLOW)
    for each in found:
        assert AGAINST_THE_FLOW[each.room, each.target].startswith((each.when, "for type checkers: as above")), each
        assert each.when != "when it is read"


def test_every_room_and_file_of_the_table_is_there() -> None:
    there = {module for module in sources() if module.count(".") > 1}
    assert {f"archcalc.{room}.{file}" for room, files in FILES.items() for file in files.replace(" < ", " ").split()} == there
    assert {room for row in ROOMS for room in row.split()} == {module.split(".")[1] for module in sources() if "." in module}


@pytest.mark.parametrize(
    ("room", "text"),
    [
        ("archcalc.text.reader", "from ..spec.document import parse"),
        ("archcalc.text.reader", "def f():\n    from .. import commands"),
        ("archcalc.text.reader", "def f():\n    from .files import built"),
        ("archcalc.layers.conv", "from ..spec.language import NAME"),
        ("archcalc.layers.conv", "from .pool import max_pool"),
        ("archcalc.layers", "import archcalc.spec.items"),
        ("archcalc.render.units", "from ..commands import options"),
    ],
)
def test_an_import_against_the_flow_would_show(room: str, text: str) -> None:
    texts = {**dict.fromkeys(sources(), ""), room: text}
    assert [each.room for each in against_the_flow(texts)] == [room]


# --- only the command line speaks to the world --------------------------------------------------------------------

WORLDLY = ("print", "input", "exit", "quit", "breakpoint", "SystemExit")
"""Names that no room but the command line's may use."""
WORLDLY_ATTRIBUTES = {
    "sys": ("stdout", "stderr", "stdin", "argv", "exit", "exc_info", "__stdout__", "__stderr__"),
    "os": ("environ", "environb", "getenv", "_exit", "system", "popen", "getcwd", "get_terminal_size", "isatty"),
}


def worldly(text: str) -> list[str]:
    """What in a module's text prints, reads the environment or exits."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id in WORLDLY and isinstance(node.ctx, ast.Load):
            found.append(node.id)
        elif (
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in WORLDLY_ATTRIBUTES.get(node.value.id, ())
        ):
            found.append(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module in WORLDLY_ATTRIBUTES:
            found += [f"{node.module}.{each.name}" for each in node.names if each.name in WORLDLY_ATTRIBUTES[node.module]]
    return found


@pytest.mark.parametrize("module", [name for name in sources() if not name.startswith(("archcalc.commands", "archcalc.__main__"))])
def test_only_the_command_line_prints_reads_the_environment_or_exits(module: str) -> None:
    assert worldly(sources()[module]) == []


@pytest.mark.parametrize(
    "text",
    [
        "print(1)",
        "import sys\nsys.stdout.write('')",
        "from sys import argv",
        "import os\nos.environ['A']",
        "raise SystemExit(1)",
        "input()",
    ],
)
def test_a_room_that_speaks_would_show(text: str) -> None:
    assert len(worldly(text)) == 1


def test_the_command_line_does_speak() -> None:
    assert {"print", "sys.stdout", "sys.stderr", "os.environ"} <= set(worldly(sources()["archcalc.commands.terminal"]))
    assert "sys.stdin" in worldly(sources()["archcalc.commands.inputs"])


# --- only layers know a layer's name ------------------------------------------------------------------------------

GENERIC = ("rule", "style", "custom")
"""The files of conventions that are no table of rules: in a table the names of layer types are what it says."""
OTHER_WORDS: dict[tuple[str, str], str] = {
    ("archcalc.spec.aliases", ""): "which layer type another framework's name stands for: a table of names",
    ("archcalc.spec.other_arguments", ""): "what frameworks call arguments: a table of names",
    ("archcalc.spec.other_values", ""): "what frameworks call values of arguments: a table of names",
    ("archcalc.expr.refuse", "clamp exp log mean power where"): "functions of other languages",
    ("archcalc.composites", "add concat multiply"): "words of `merge`, part of the language",
    ("archcalc.request", "attention"): "an option's name",
    ("archcalc.commands", "attention nearest where"): "options' names",
    ("archcalc.explore", "constant nearest where"): "options' names, and a part of a sum",
    ("archcalc.render.pages.best", "nearest where"): "options' names",
    ("archcalc.render.pages.space", "where"): "an option's name",
    ("archcalc.explain.guide", "attention"): "a page's name",
    ("archcalc.core.formula", "abs"): "functions of formulas",
    ("archcalc.core.figures", "where"): "a field",
    ("archcalc.explore", "sqrt"): "a function of Python's math",
    ("archcalc.core.kinds", "maximum minimum"): "words of JSON Schema",
    ("archcalc.expr.functions", "abs sqrt"): "functions of expressions",
    ("archcalc.spec.language", "abs minimum sqrt"): "functions of expressions, and a word of JSON Schema",
    ("archcalc.spec.templates", "constant"): "a field",
    ("archcalc.conventions.rule", "where"): "a field",
    ("archcalc.devices", "power"): "what a device draws",
    ("archcalc.render.pages.devices", "power"): "what a device draws",
}
"""Where a text that is a layer type's name (empty: any) may stand outside of layers, and what it means there."""


def names_of_layers(module: str, text: str) -> list[str]:
    """The layer types that a module's text names in so many words: texts in quotes that are nothing but a name."""
    if module.startswith("archcalc.layers") or (module.startswith("archcalc.conventions.") and module.rpartition(".")[2] not in GENERIC):
        return []
    other = [words.split() or NAMES for place, words in OTHER_WORDS if f"{module}.".startswith(f"{place}.")]
    found = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return sorted(found & set(NAMES) - {word for words in other for word in words})


@pytest.mark.parametrize("module", sources())
def test_only_layers_and_tables_of_conventions_name_a_layer_type(module: str) -> None:
    """What another room asks of a layer is a field of its declaration or of its result."""
    assert names_of_layers(module, sources()[module]) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("archcalc.network.decoding", "if leaf.layer.name == 'softmax': pass"),
        ("archcalc.memory.placing", "packed = {'linear': True}"),
        ("archcalc.conventions.style", "node.type in ('attention', 'ssm')"),
        ("archcalc.commands.table", "find('conv')"),
        ("archcalc.spec.items", "def f(x: str = 'gru'): pass"),
    ],
)
def test_a_layer_type_that_is_named_elsewhere_would_show(module: str, text: str) -> None:
    assert names_of_layers(module, text)
    assert not names_of_layers("archcalc.layers.conv", text)
    assert not names_of_layers("archcalc.conventions.xla", text)


SYMBOLS = re.compile(r"\bsymbols(\[\"\w+\"\]|\.get\()")


@pytest.mark.parametrize("module", [name for name in sources() if not name.startswith(("archcalc.layers", "archcalc.conventions"))])
def test_only_formulas_read_a_symbol_by_its_name(module: str) -> None:
    assert not SYMBOLS.findall(sources()[module])


def test_a_symbol_that_is_read_elsewhere_would_show() -> None:
    assert SYMBOLS.findall('leaf.result.symbols["pairs"]')
    assert SYMBOLS.findall('result.symbols.get("N", 1)')
    assert not SYMBOLS.findall("leaf.result.symbols[name]")


# --- nothing heavy on the way of the table ------------------------------------------------------------------------

HEAVY = ("torch", "tensorflow", "jax", "numpy", "rich", "jsonschema", "pydantic", "asyncio", "unittest", "hypothesis")
RUN = """
import sys
{first}
from archcalc.commands.main import main
sys.argv = ["archcalc", {arguments}]
try:
    main()
except SystemExit as leaving:
    assert leaving.code in (None, 0), leaving.code
print("IMPORTED", *sorted(sys.modules), file=sys.stderr)
"""


def imported(*arguments: str, first: str = "") -> set[str]:
    """The modules that a process has read when a command has done its work."""
    code = RUN.format(arguments=", ".join(map(repr, arguments)), first=first)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout
    *_, last = done.stderr.splitlines()
    assert last.startswith("IMPORTED ")
    return set(last.split()[1:])


def heavy(modules: set[str]) -> list[str]:
    return sorted(set(HEAVY) & modules)


def test_no_framework_is_imported_on_the_way_of_the_table() -> None:
    assert heavy(imported("specs/resnet50.yaml")) == []
    assert heavy(imported("check", "specs/resnet50.yaml")) == []


def test_a_framework_that_was_imported_would_show() -> None:
    assert heavy(imported("specs/resnet50.yaml", first="import asyncio")) == ["asyncio"]
    assert "jsonschema" in heavy(imported("check", "specs/lenet5.yaml", "--schema"))


def test_a_layer_family_is_read_when_one_of_its_types_is_used() -> None:
    modules = imported("specs/resnet50.yaml")
    assert "archcalc.layers.conv" in modules
    assert "archcalc.layers.shuffle" not in modules
    assert "archcalc.spec.schema" not in modules
    assert "archcalc.explain.layer" not in modules
    assert not [module for module in modules if module.startswith("archcalc.explore.")]


# --- small files that say what they are for -----------------------------------------------------------------------

LONG = 300


def long(texts: dict[str, str]) -> set[str]:
    """The modules of too many lines for one idea."""
    return {module for module, text in texts.items() if text.count("\n") > LONG}


def test_files_are_short() -> None:
    assert long(sources()) == set()


def test_a_long_file_would_show() -> None:
    assert long({"a": "\n" * LONG, "b": "\n" * (LONG + 1)}) == {"b"}


def undocumented(text: str) -> list[str]:
    """The public functions and classes of a module that do not say what they are for."""
    members = [node for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return [node.name for node in members if not node.name.startswith("_") and not ast.get_docstring(node)]


@pytest.mark.parametrize("module", sources())
def test_every_module_class_and_function_says_what_it_is_for(module: str) -> None:
    text = sources()[module]
    assert ast.get_docstring(ast.parse(text))
    expected = ["command"] if module.startswith("archcalc.commands.") and "def command(" in text else []  # its help is HELP and COMMANDS
    assert undocumented(text) == expected


def test_a_function_without_a_docstring_would_show() -> None:
    assert undocumented("def f(): pass\nclass A: pass\ndef _g(): pass\ndef h():\n    'Text.'") == ["f", "A"]

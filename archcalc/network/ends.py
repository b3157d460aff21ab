"""Where a network ends: the values that its outputs name, and the path at which another that uses it breaks off."""

from __future__ import annotations

from ..expr.compile import Expression
from ..layers.kit.axes import MAX_OUTPUTS
from ..spec.templates import Ref
from .scope import Scope, Values
from .sources import nothing, number_in, source
from .walk import Walk, Wrong


def named(walk: Walk, refs: list[Ref], inputs: Values, scope: Scope, what: str) -> Values:
    """The values that `outputs` names, those that are wrong left out, which is reported; ``what`` gives them."""
    found: Values = []
    for ref in refs:
        try:
            found += source(walk, ref, inputs, scope)
            if not found and ref is refs[-1]:
                nothing(walk, refs)
        except Wrong as wrong:
            walk.report(wrong)
        if len(found) > MAX_OUTPUTS:
            walk.error(refs[0].node, "outputs", f"{what} has too many outputs", expected=f"at most {MAX_OUTPUTS:,}")
            break
    return found


def path_to(walk: Walk, ref: Ref, scope: Scope) -> str:
    """A path with the numbers that its brackets come to, as text. Raises Wrong."""
    return ".".join(str(number_in(walk, ref, each, scope) if isinstance(each, Expression) else each) for each in ref.segments)

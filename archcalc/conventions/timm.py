"""timm's GMACs: fvcore on timm's own models, whose attention is written out."""

from __future__ import annotations

from .fvcore import fvcore
from .pieces import SCORES, VALUES
from .rule import Convention, Rule

timm = Convention(
    "timm",
    "as fvcore, with attention written out and the means of squeeze-and-excitation not counted",
    unit="MACs",
    bias="not counted",
    tool="timm 1.0.31 with fvcore 0.1.5.post20221221, batch 1",
    source="timm's benchmark.py, profile_fvcore; its GMACs are this by 10^9",
    default=fvcore.default,
    rules={
        **fvcore.rules,
        "attention_scores": Rule(SCORES, "attention's products, masked pairs among them"),
        "attention_values": Rule(VALUES, "attention's products, masked pairs among them"),
        "global_avg_pool:operator": fvcore.rules["global_avg_pool"],
        "global_avg_pool:squeeze_excite": Rule("0", "not counted: a mean, an operator it does not know", missing=True),
    },
)

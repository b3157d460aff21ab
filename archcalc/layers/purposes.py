"""What layers are for, in the words in which networks are talked about: attention, MLP, experts, norms."""

from __future__ import annotations

from . import FAMILIES

EXPERTS = "experts"
OF_FAMILIES: dict[str, str] = {
    "conv": "convolutions",
    "linear": "linear",
    "spline": "linear",
    "lora": "linear",
    "pool": "pooling",
    "norm": "norms",
    "activation": "activations",
    "resample": "resampling",
    "shuffle": "reordering",
    "reshape": "reordering",
    "concat": "joining and splitting",
    "elementwise": "element by element",
    "arithmetic": "element by element",
    "reduce": "reductions",
    "choose": "choosing",
    "dynamic": "convolutions",
    "sampling": "sampling",
    "regions": "regions",
    "spectral": "transforms",
    "composed": "convolutions",
    "squeeze_excite": "channel gates",
    "embedding": "embeddings",
    "loss": "loss",
    "recurrent": "recurrent",
    "conv_recurrent": "recurrent",
    "matmul": "products",
    "attention": "attention",
    "joint": "attention",
    "latent": "attention",
    "attention_parts": "attention",
    "heads": "attention",
    "mlp": "MLP",
    "transformer": "",
    "states": "state spaces",
    "ssm": "state spaces",
}
"""For each file of layer types; empty: what such a layer is made of says it."""
OF_TYPES: dict[str, str] = {
    "moe": EXPERTS,
    "top_k": EXPERTS,
    "expert_sum": EXPERTS,
    "eca": "channel gates",
    "deform_conv": "convolutions",
    "patch_embedding": "embeddings",
    "dropout": "regularisation",
    "stochastic_depth": "regularisation",
}
"""Where a type is for something else than the others of its file."""

PURPOSES: dict[str, str] = {name: OF_TYPES.get(name, OF_FAMILIES[family]) for family, names in FAMILIES.items() for name in names}
"""By layer type."""

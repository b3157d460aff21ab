"""What autograd keeps in the transformers library's own models, and for a loss: golden/language_memory.json."""

from __future__ import annotations

import json
from typing import Any

from places import GOLDEN_FILES

LANGUAGE: dict[str, Any] = json.loads((GOLDEN_FILES / "language_memory.json").read_text())
LOSS: dict[str, Any] = LANGUAGE["loss"]

"""``archcalc schema``."""

from __future__ import annotations

import json
import sys

HELP = "Draft 2020-12. Editors complete and check specs with it; archcalc/schema.json is the same text."


def text() -> str:
    """The schema as it is committed."""
    from ..spec.schema import json_schema

    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def command() -> None:
    sys.stdout.write(text())

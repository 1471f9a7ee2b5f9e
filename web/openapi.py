"""Print the OpenAPI document that the running application serves: `python -m web.openapi`."""

from __future__ import annotations

import json
import sys

from core.settings import Settings
from web.app import create_app

# The document depends on no setting; these only satisfy the checks.
_PLACEHOLDER = "".join(chr(33 + number) for number in range(1, 60) if chr(33 + number) != ",")


def document() -> str:
    """The document as stable, readable JSON."""
    settings = Settings.model_validate(
        {
            "DATABASE_URL": "postgresql://localhost/none",
            "REDIS_URL": "redis://localhost",
            "master_secrets": (_PLACEHOLDER,),
            "jwt_secret": _PLACEHOLDER,
            "telegram_bot_token": "1:" + "a1b2c3d4e5" * 4,
            "log_level": "ERROR",
        }
    )
    app = create_app(settings)
    return json.dumps(app.api_doc, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())

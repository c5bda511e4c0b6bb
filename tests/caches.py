"""What a process remembers of its database between requests, forgotten when a test gets another database."""

from __future__ import annotations

import sys

REMEMBERED = {
    "app.core.tenancy": ("_remembered",),
    "app.core.security": ("_viewers", "_claims"),
    "app.core.api_keys": ("_kept", "_touched"),
    "app.core.own_fields": ("_kept",),
    "app.core.profile": ("_kept",),
    "app.core.saved_views": ("_kept",),
    "app.core.news": ("_kept",),
    "starline.identity.attempts": ("_refusals",),
}
MADE_ONCE = {
    "app.core.rate_limits": ("counters",),
    "starline.core.crypto": ("data_keys", "_unwrap"),
}


def forget_everything() -> None:
    """Empties every cache of rows; those of code and settings are kept."""
    for module, names in REMEMBERED.items():
        for name in names:
            kept = getattr(sys.modules.get(module), name, None)
            if kept is not None:
                kept.clear()
    for module, names in MADE_ONCE.items():
        for name in names:
            clear = getattr(getattr(sys.modules.get(module), name, None), "cache_clear", None)
            if clear is not None:
                clear()

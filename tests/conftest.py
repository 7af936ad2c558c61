"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# No test asserts seconds: an example may be slow on a busy machine.
settings.register_profile("faultcast", parent=settings(), deadline=None)
settings.load_profile("faultcast")

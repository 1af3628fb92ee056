"""The results of a test in all their forms, held against a count of its events by hand."""

import pytest

# Before they are imported, so that a comparison that fails says which cells differ.
for _name in ("beside", "files", "first_screen", "memo", "outside", "tabs"):
    pytest.register_assert_rewrite(f"{__name__}.{_name}")

"""The `wbtest` command."""

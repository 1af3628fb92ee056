"""Every idea of a workspace side by side, held against its own bar."""

"""Every idea side by side, held against its own bar."""

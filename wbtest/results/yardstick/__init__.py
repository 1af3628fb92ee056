"""The approved release as the yardstick of what is built: drift, gaps, and every change dated."""

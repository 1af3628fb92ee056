"""Mails about tests: a verdict was reached, a check turned red, a test ended."""

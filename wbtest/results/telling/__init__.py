"""Telling members by mail: what happened to a test, once each, and how its week was."""

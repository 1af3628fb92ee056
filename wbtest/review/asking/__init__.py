"""Asking people to review a revision: members by mail, others by a link."""

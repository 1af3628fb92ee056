"""Comments on words of a text, which follow those words into later drafts."""

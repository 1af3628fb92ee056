"""Go, iterate or stop: deciding, the second person against the verdict, and the memo for ever."""

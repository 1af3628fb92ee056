"""Notes of what happened while a test ran: a post went up, an ad started."""

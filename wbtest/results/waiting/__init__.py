"""Who waits for whom, on one page and in one mail a day."""

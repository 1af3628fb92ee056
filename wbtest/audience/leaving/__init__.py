"""How people hear the end and are forgotten: self-service, the last letter, retention, purge."""

"""What must hold when something breaks: real processes, really killed, counted afterwards."""

"""What runs as processes of its own on loopback: wbtest itself, and what stands around it."""

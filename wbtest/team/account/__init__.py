"""A person's own account: a lost password, another e-mail, devices, and the second factor."""

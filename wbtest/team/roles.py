"""What each role may do, in a line for people. Pure; ``access.ROLES`` is the ladder itself."""

DOES = {
    "viewer": "A viewer reads and comments.",
    "editor": "An editor also writes, and asks for reviews.",
    "approver": "An approver also approves, starts and ends tests, and decides.",
    "owner": "An owner also sees sign-ups and changes this page and who is in the team.",
}

"""The one way through the product that tests and proofs take: as a member, a visitor, a browser."""

"""What we build upon: `make audit` lists it, with its licences, and asks for known weaknesses."""

"""How a page looks: themes, a brand of four values, pictures."""

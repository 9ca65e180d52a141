"""The services behind the edge: one package each, and what they share in `contracts` and `hosting`."""

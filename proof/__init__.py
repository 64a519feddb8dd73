"""The proof: what Jinlin promises, measured against its peers and broken on purpose. Not installed with it."""

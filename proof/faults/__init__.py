"""The faults: what can break is broken on purpose, and afterwards every row and every message is looked at."""

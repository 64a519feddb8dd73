"""Chat: one module for each thing a person can do, with its texts and catalogues."""

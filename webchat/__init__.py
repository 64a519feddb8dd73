"""A local chat server that speaks the Bot API, with a page to chat on."""

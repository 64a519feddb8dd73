"""The neighbourhood's rules and use cases, one module per noun."""

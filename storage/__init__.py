"""Database, records, states, migrations, and every SQL statement."""

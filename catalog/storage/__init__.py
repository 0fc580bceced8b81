"""How events lie in the tables: an envelope in jsonb, and typed arrays beside it."""

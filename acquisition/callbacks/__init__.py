"""Things to subscribe to the documents of a run: tables, peaks, collectors. Pure Python."""

"""Plans: generators of messages that the engine carries out. Pure Python, useful without Django."""

"""Parts of error texts that software of the field recognises by matching.

They are interface, as names of commands are: tools and test suites search for exactly these words.
Everything else
that the engine says is said where it is raised.
"""

NOT_ALL_OF = "does not implement all {} methods"
DECLARE_FIRST = "If a message stream name is provided declare stream needs to be called first."
DECLARE_SINGLE = "Single nested data keys should be pre-declared"
NAME_NEEDED = "A stream name that is not None is required for pre-declare"
NO_STREAM_FLAG = (
    "Collect now emits EventPages (stream=False), so emitting Events (stream=True) is no longer supported"
)
SHARED_KEYS = "Can't use identical data keys in multiple streams"

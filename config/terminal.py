"""What the person at the terminal is told."""


class StartError(RuntimeError):
    """Beamport cannot start; the message is one sentence for the person at the terminal."""


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(f"  {text}", flush=True)


def one_line(error: BaseException) -> str:
    """Give what an error says, in one line."""
    return " ".join(str(error).split())

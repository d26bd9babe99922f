"""What went wrong with a Space, in plain words, with the next step."""


class PushError(Exception):
    """Something that the one who pushes can put right.

    Attributes:
        problem: one plain sentence on what is wrong.
        next_step: one plain sentence on what to do.
        details: more to read, such as the end of a build log; may be empty.
    """

    def __init__(self, problem: str, next_step: str, *, details: str = "") -> None:
        super().__init__(f"{problem} {next_step}".strip())
        self.problem = problem
        self.next_step = next_step
        self.details = details

"""Why something could not be tried, or was over before there were numbers to compare."""


class NotPossible(Exception):
    """This machine does not let us do it; the text says what is missing."""


class Broken(Exception):
    """Something that must hold did not, before there were numbers to compare."""

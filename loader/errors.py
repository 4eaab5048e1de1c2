"""What can go wrong, in words for the person who runs the loader."""


class LoaderError(Exception):
    """A failure whose message says what happened and what to do next; no traceback is shown."""

    exit_code = 1


class ConfigurationError(LoaderError):
    """Something that the user set, or did not set, keeps the run from starting."""

    exit_code = 2


class AccountError(LoaderError):
    """The account as a whole refuses to answer: nothing else can be read either."""


class EndpointError(LoaderError):
    """One endpoint could not be read to its end; the others go on."""


class EndpointUnavailable(EndpointError):
    """The key's permissions or the account's plan do not include the endpoint."""

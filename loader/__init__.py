"""The loader: every list endpoint of the ActiveCampaign API v3, as raw JSON, into DuckDB."""

import os
from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("activecampaign-elt")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0+unknown"

# dlt reads these when it is first imported. It sends usage statistics unless told not to; it warns
# with every batch that a JSON column travels as text, and logs errors that we tell ourselves.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")

"""A made-up ActiveCampaign account, served over HTTP the way the API v3 serves a real one.

- `resources/`: the table of what is served, an entry a resource
- `business/`: what the account holds
- `account.py`: holding and changing it (`collection.py`), and what a change does to other records
  (`consequences.py`, which gathers those of each area)
- `api.py`: answering a path and a query (`selection.py`, `replies.py`, `rendering.py`)
- `server.py`: HTTP; `behaviour.py`: all that can be made to go wrong

A new resource is an entry in `resources/` and a generator in `business/`.
"""

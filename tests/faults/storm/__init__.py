"""The storm: the whole system under load while its parts are killed, one every second.

Real processes (several web and worker processes of the Procfile, PostgreSQL, Redis, the sandbox
exchange behind a cable that can be cut), people who press on until each job is accepted, and an
exchange that answers badly now and then. When the weather is over, everything accepted must end,
and the oracle compares our tables with the exchange's ledger.

`python -m tests.faults.storm --help`; the tests run a short one. What breaks is found again by its
seed, within what threads and processes allow: the seed draws who asks for what and what is struck
in which order, not how the operating system schedules it.
"""

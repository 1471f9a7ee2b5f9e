"""What the community is told and shown: signals, broadcasts. Knows no Flask and no Dramatiq."""

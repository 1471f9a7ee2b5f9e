"""The ground floor: settings, clock, ids, numbers, crypto vault, problems, logging."""

"""Stand-ins for the outside world, over real HTTP. They import nothing of ours."""

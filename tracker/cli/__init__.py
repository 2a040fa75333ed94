"""The command line: words in, JSON Lines or tables out. Heavy parts load inside the commands."""

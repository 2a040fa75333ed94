"""What Moletrail does, one verb a module: the only layer the command line and the app talk to."""

"""Components of our own: markup, rules and script of each lie in a folder of its name.

Nothing in them is fetched from anywhere: pictures travel as `data:` addresses.
"""

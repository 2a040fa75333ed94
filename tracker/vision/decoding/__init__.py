"""Decoding photos from strangers in a process of its own, within limits.

`tracker.vision.decode` is the door. `containers` looks at a file's structure before any codec
sees it; `pool` and `process` keep the helper process; `worker` runs in it, `confine` shuts it in,
`here` decodes; `wire` and `replies` are what passes between the two.
"""

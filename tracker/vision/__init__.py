"""Photos in, analyses out: decoding, the gate, the ViT, and the passage of one photo through them.

Import the modules, not this package: `onnxruntime` and `mediapipe` are loaded only by those that
run a network.
"""

"""The Streamlit app: draws what `tracker.services` returns and computes nothing itself."""

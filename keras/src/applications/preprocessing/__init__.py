"""`preprocess_input` of each network, which is one of four functions."""

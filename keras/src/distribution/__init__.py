"""Computing on several devices. This version runs on one: there is what other libraries ask for."""

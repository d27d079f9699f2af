"""Computing on several devices and in several processes, by the engines' own means."""

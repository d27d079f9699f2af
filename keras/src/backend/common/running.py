"""The engine that runs, for what all engines share: `keras.src.backend` puts itself here as soon as it has one."""

engine = None

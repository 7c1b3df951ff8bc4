"""The rules are fast; a busy machine is not a failing property."""

from hypothesis import settings

settings.register_profile("rules", deadline=None)
settings.load_profile("rules")

"""How often a property is tried."""

import os

from hypothesis import HealthCheck, settings


def bounded(examples: int) -> settings:
    """So many tries, ten times as many when somebody looks for more; the neighbourhood is furnished once for all."""
    many = examples * (10 if os.environ.get("HYPOTHESIS_PROFILE") == "wild" else 1)
    return settings(max_examples=many, suppress_health_check=list(HealthCheck))

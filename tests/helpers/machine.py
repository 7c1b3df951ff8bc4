"""How the long state machines are walked."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def walk(machine: type[RuleBasedStateMachine], steps: int, per_walk: int) -> None:
    """So many steps in walks of `per_walk`. A walk is told as it was: to shrink one takes longer than to read it."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=max(1, steps // per_walk),
            stateful_step_count=per_walk,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )

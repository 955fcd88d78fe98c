import pytest

from pitui.domain.concurrency.duty_cycle import pause_after


@pytest.mark.parametrize(
    ("took", "pause"), [(0.0, 0.5), (0.1, 0.5), (0.2, 0.8), (1.0, 4.0), (2.6, 10.0), (500.0, 10.0)]
)
def test_it_is_a_multiple_of_the_work_within_bounds(took, pause):
    assert pause_after(took, times=4, least=0.5, most=10) == pytest.approx(pause)

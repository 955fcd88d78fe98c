from pitui.remote.copy.transfer_rate import WINDOW, RateMeter


def test_a_rate_is_that_of_the_last_seconds():
    now = 0.0
    meter = RateMeter(lambda: now)
    assert meter.add(0) == 0
    for _ in range(100):
        now += 0.5
        rate = meter.add(int(now * 1000))
    assert rate == 1000
    for _ in range(int(WINDOW * 2) + 2):
        now += 0.5
        rate = meter.add(50_000)
    assert rate == 0


def test_a_smaller_amount_starts_anew():
    now = 0.0
    meter = RateMeter(lambda: now)
    meter.add(5000)
    now = 1.0
    assert meter.add(100) == 0
    now = 2.0
    assert meter.add(300) == 200

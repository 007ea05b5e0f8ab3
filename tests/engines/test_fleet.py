"""What only sites can go through: they are lost, refused, do not start."""

import itertools

import pytest
from engine_harness import (
    OBEDIENT,
    assert_all_accounted,
    chunked,
    done,
    fine,
    lost,
    run,
)
from sites_here import Any, Sites, fleet_on

from augcli.engines.fleet import shares
from augcli.errors import EngineError


def test_a_lost_site_costs_a_retry(folder):
    cluster = Sites(2, 1)
    items = fine(60)
    outcomes = []
    for outcome in fleet_on(cluster).run(OBEDIENT, {"folder": str(folder)}, chunked(items)):
        outcomes.append(outcome)
        if len(outcomes) == 3:
            cluster.placed[0].lose("the node is gone")
    assert_all_accounted(outcomes, items)
    assert lost(outcomes) == []
    assert len(cluster.placed) == 3


def test_what_takes_sites_down_again_and_again_is_the_only_loss(folder):
    items = [*fine(12), [12, "down"], *fine(20, 13)]
    outcomes = run(fleet_on(Sites(2, 1)), folder, chunked(items))
    assert_all_accounted(outcomes, items)
    assert lost(outcomes) == [(12, "site after site was lost: went down")]


def test_nodes_that_are_taken_away_in_good_order_blame_nothing(folder):
    cluster = Sites(1, 1)
    outcomes = []
    for outcome in fleet_on(cluster).run(OBEDIENT, {"folder": ""}, chunked(fine(40), 1)):
        outcomes.append(outcome)
        if len(outcomes) < 12:
            cluster.placed[-1].lose("spot", preempted=True)
    assert_all_accounted(outcomes, fine(40))
    assert lost(outcomes) == []


def test_a_poisonous_item_is_settled_at_its_site(folder):
    cluster = Sites(2, 1, timeout=0.3)
    items = [*fine(7), [7, "os_exit"], *fine(8, 8), [16, "hang"], *fine(8, 17)]
    outcomes = run(fleet_on(cluster), folder, chunked(items))
    assert_all_accounted(outcomes, items)
    why = {7: "the worker exited with code 3", 16: "took longer than 0.3 s"}
    assert dict(lost(outcomes)) == why
    assert len(cluster.placed) == 2


def test_a_site_that_is_refused_ends_the_run_in_good_order(folder):
    endless = ([[number, "ok"]] for number in itertools.count())
    outcomes = fleet_on(Sites(2, 1), Any(2)).run(OBEDIENT, {"folder": ""}, endless)
    with pytest.raises(EngineError, match="cannot take part: it is odd"):
        list(outcomes)


def test_another_version_on_a_node_is_refused_by_name(folder):
    with pytest.raises(EngineError, match=r"has augcli .*, the command 0\.0\.0; install the same"):
        run(fleet_on(Sites(2, 1, version="0.0.0")), folder, chunked(fine(3)))


def test_some_sites_do_not_start(folder):
    cluster = Sites(3, 1)
    cluster.broken = {2, *range(4, 99)}
    items = fine(80)
    outcomes = run(fleet_on(cluster), folder, chunked(items, 1))
    assert done(outcomes) == list(range(80))
    assert len(cluster.placed) <= 2 + 3 * (3 + 3)  # each that starts is a reason to try again


def test_no_site_starts(folder):
    cluster = Sites(2, 1)
    cluster.broken = set(range(99))
    with pytest.raises(EngineError, match="sites do not start: does not start") as caught:
        run(fleet_on(cluster), folder, chunked(fine(3)))
    assert caught.value.exit_code == 4


def test_a_stop_reaches_sites_which_finish_what_is_in_hand(folder):
    engine = fleet_on(Sites(2, 1))
    endless = ([[number, "ok"], [number + 1, "ok"]] for number in itertools.count(0, 2))
    outcomes = []
    for outcome in engine.run(OBEDIENT, {"folder": str(folder)}, endless):
        outcomes.append(outcome)
        if len(outcomes) == 5:
            engine.stop()
    assert 5 <= len(outcomes) <= 9
    assert all(outcome.receipt is not None for outcome in outcomes)


def test_little_work_needs_few_sites(folder):
    cluster = Sites(8, 2)
    run(fleet_on(cluster), folder, chunked(fine(2), 1))
    assert len(cluster.placed) == 1


def test_what_shares_memory_is_done_here_and_told_once():
    told = []
    engine = fleet_on(None, tell=told.append)
    for _ in range(2):
        assert len(list(engine.spread(lambda items, _beat: items, chunked(fine(10))))) == 2
    assert len(told) == 1


def test_a_cluster_is_not_joined_for_nothing():
    def joined():
        raise AssertionError("there is nothing to do")

    engine = fleet_on(None)
    engine._joined = joined
    engine.stop()
    assert list(engine.run(OBEDIENT, {}, chunked(fine(3)))) == []


@pytest.mark.parametrize(
    ("sizes", "jobs", "cpus", "expected"),
    [
        ([4, 4, 2], None, None, (10, 2)),
        ([64], None, None, (64, 16)),
        ([8, 8], 3, None, (3, 3)),
        ([8, 8], None, 4, (16, 4)),
        ([], 8, None, (8, 8)),
    ],
)
def test_how_many_sites_of_what_size(sizes, jobs, cpus, expected):
    assert shares(sizes, jobs, cpus) == expected


def test_no_node_has_room():
    with pytest.raises(
        EngineError, match="no node of the cluster has 8 CPUs, the largest has 4; use --site-cpus 4"
    ):
        shares([4, 2], None, 8)
    with pytest.raises(EngineError, match="has no CPUs yet; say by -j"):
        shares([], None, None)

"""The numbers of this process and of the database in Prometheus' words; no label says anything about anybody."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.health import Look
from bot.meter import Histogram, Meter
from bot.parts import Part
from storage.database import Database
from storage.records import Backlog
from storage.states import Priority


class _Numbers(Collector):
    def __init__(self, meter: Meter, database: Database, look: Look | None) -> None:
        self._meter = meter
        self._database = database
        self._look = look

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: a registry that asks would collect."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Everything as it stands."""
        yield from self._counted()
        yield from self._moments()
        if self._look is not None:
            yield from self._waiting(self._look)

    def _counted(self) -> Iterable[Metric]:
        meter = self._meter
        yield CounterMetricFamily("jinlin_updates_received", "Updates stored.", value=meter.received)
        outcomes = CounterMetricFamily(
            "jinlin_updates_handled", "Updates handled, by what became of them.", labels=["outcome"]
        )
        # A refusal is handled too: it was answered.
        outcomes.add_metric(["done"], meter.handled - meter.refused)
        outcomes.add_metric(["refused"], meter.refused)
        outcomes.add_metric(["poison"], meter.poisoned)
        yield outcomes
        sent = CounterMetricFamily(
            "jinlin_messages", "Calls that sent or edited something.", labels=["priority", "outcome"]
        )
        for (priority, outcome), count in sorted(meter.landed.items()):
            sent.add_metric([priority.name.lower(), outcome], count)
        yield sent
        yield CounterMetricFamily("jinlin_too_many_requests", "Times the Bot API said 429.", value=meter.floods)
        lost = CounterMetricFamily("jinlin_transactions_lost", "Transactions the database could not carry on.")
        lost.add_metric([], self._database.lost)
        yield lost
        yield _histogram("jinlin_update_seconds", "Time to handle an update.", meter.handling)
        yield _histogram("jinlin_update_lag_seconds", "From receiving an update to having handled it.", meter.lag)
        yield _histogram("jinlin_loop_lag_seconds", "How late the event loop comes back.", meter.loop_lag)

    def _moments(self) -> Iterable[Metric]:
        meter, now = self._meter, self._meter.monotonic()
        ages = GaugeMetricFamily("jinlin_last_success_age_seconds", "Seconds since it last went well.", labels=["what"])
        for what, at in (("poll", meter.polled_at), ("send", meter.sent_at)):
            if at is not None:
                ages.add_metric([what], now - at)
        yield ages
        leads = GaugeMetricFamily("jinlin_leads", "1 where it is this process that polls or sends.", labels=["part"])
        for part in (Part.RECEIVER, Part.SENDER):
            leads.add_metric([part.value], part in meter.active)
        yield leads

    def _waiting(self, look: Look) -> Iterable[Metric]:
        counts = GaugeMetricFamily("jinlin_waiting", "How many wait.", labels=["what"])
        ages = GaugeMetricFamily("jinlin_oldest_age_seconds", "How long the oldest has waited.", labels=["what"])
        by_priority = {m.priority: Backlog(count=m.count, oldest=m.oldest) for m in look.messages}
        none = Backlog(count=0, oldest=None)
        rows = {"updates": look.updates, "timers": look.timers}
        rows |= {f"messages_{p.name.lower()}": by_priority.get(p, none) for p in Priority}
        for what, row in rows.items():
            counts.add_metric([what], row.count)
            ages.add_metric([what], look.age(row.oldest))
        yield counts
        yield ages


def _histogram(name: str, text: str, found: Histogram) -> Metric:
    buckets, so_far = [], 0
    for bound, count in zip((*found.bounds, None), found.counts, strict=True):
        so_far += count
        buckets.append(("+Inf" if bound is None else str(bound), so_far))
    family = HistogramMetricFamily(name, text)
    family.add_metric([], buckets, sum_value=found.total)
    return family


def exposition(meter: Meter, database: Database, look: Look | None) -> bytes:
    """The text that Prometheus reads; without what waits when the database does not say."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(meter, database, look))
    ProcessCollector(registry=registry)
    return generate_latest(registry)

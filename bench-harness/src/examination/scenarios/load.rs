//! How queries are sent, whoever answers them.

use std::time::Duration;

use anyhow::Result;

use super::{
    ScenarioOptions, ServerFinding, TAIL_PERCENT, Tail, TriedRate, arrivals::arrivals, search::largest_rate,
    service::Service, sorted,
};
use crate::statistics::percentile_rank;

/// Sends a query whenever the one before is answered, until there were enough of them and the time has passed. What each
/// took, in seconds; at least one.
pub(super) fn one_after_another(
    service: &mut impl Service,
    least_queries: usize,
    duration: Duration,
) -> Result<Vec<f64>> {
    let start = service.now();
    let mut latencies = Vec::new();
    while latencies.len() < least_queries.max(1) || service.now() - start < duration {
        let sent = service.now();
        service.answer(latencies.len())?;
        latencies.push((service.now() - sent).as_secs_f64());
    }
    Ok(latencies)
}

/// Looks for the largest rate that holds, not above what a single stream with these latencies reaches. Where half of these
/// exceed the bound already, without anybody waiting, no rate is tried.
pub(super) fn server(
    service: &mut impl Service,
    options: &ScenarioOptions,
    single_stream: &[f64],
) -> Result<ServerFinding> {
    let capacity_per_s = single_stream.len() as f64 / single_stream.iter().sum::<f64>();
    let mut tried = Vec::new();
    if sorted(single_stream.to_vec()).1.median > options.latency_bound_s {
        return Ok(ServerFinding { rate_per_s: None, capacity_per_s, tried });
    }
    let rate_per_s = largest_rate(capacity_per_s, |rate_per_s| {
        let rate = at_rate(service, options, rate_per_s)?;
        let holds = rate.holds;
        tried.push(rate);
        Ok(holds)
    })?;
    Ok(ServerFinding { rate_per_s, capacity_per_s, tried })
}

/// Lets queries arrive at this rate, until there were enough of them and the time has passed. Each is answered in its turn.
/// When the time has passed, queries that are still lacking arrive only as long as the bound can hold.
fn at_rate(service: &mut impl Service, options: &ScenarioOptions, rate_per_s: f64) -> Result<TriedRate> {
    let least = options.least_queries.max(1);
    let in_time = |(query, arrival): &(usize, Duration)| *query < least || *arrival < options.duration();
    let schedule: Vec<_> = arrivals(options.seed, rate_per_s).enumerate().take_while(in_time).collect();
    let may_be_late = schedule.len() - percentile_rank(schedule.len(), TAIL_PERCENT);
    let start = service.now();
    let (mut latencies, mut late) = (Vec::with_capacity(schedule.len()), 0);
    for (query, arrival) in schedule {
        if arrival >= options.duration() && late > may_be_late {
            break;
        }
        service.wait_until(start + arrival);
        service.answer(query)?;
        // From the arrival, not from when its turn came.
        let latency_s = (service.now() - (start + arrival)).as_secs_f64();
        late += usize::from(latency_s > options.latency_bound_s);
        latencies.push(latency_s);
    }
    let achieved_per_s = latencies.len() as f64 / (service.now() - start).as_secs_f64();
    let (sorted, latency_s) = sorted(latencies.clone());
    let tail = Tail::of(&sorted, TAIL_PERCENT);
    let holds = tail.latency_s <= options.latency_bound_s;
    Ok(TriedRate { rate_per_s, achieved_per_s, tail, latency_s, raw_latency_s: latencies, holds })
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    /// Answers every query in the same time, on a clock that nobody waits for.
    struct Fake {
        now: Duration,
        service: Duration,
        answered: usize,
        /// The query that is answered wrongly.
        wrong: Option<usize>,
    }

    impl Fake {
        fn new(service_ms: u64) -> Self {
            let service = Duration::from_millis(service_ms);
            Self { now: Duration::from_secs(5), service, answered: 0, wrong: None }
        }
    }

    impl Service for Fake {
        fn now(&self) -> Duration {
            self.now
        }

        fn wait_until(&mut self, moment: Duration) {
            self.now = self.now.max(moment);
        }

        fn answer(&mut self, query: usize) -> Result<()> {
            if self.wrong == Some(query) {
                bail!("logits are wrong");
            }
            self.answered += 1;
            self.now += self.service;
            Ok(())
        }
    }

    fn options(latency_bound_s: f64) -> ScenarioOptions {
        ScenarioOptions { latency_bound_s, seconds: 200.0, least_queries: 50, clips_a_query: 8, seed: 3 }
    }

    #[test]
    fn queries_follow_each_other_until_both_least_are_reached() {
        let mut fake = Fake::new(10);
        let latencies = one_after_another(&mut fake, 7, Duration::ZERO).unwrap();
        assert_eq!(latencies, [0.01; 7]);
        assert_eq!(one_after_another(&mut fake, 7, Duration::from_millis(95)).unwrap().len(), 10);
        assert_eq!(fake.answered, 17);
    }

    #[test]
    fn latency_counts_from_the_arrival_and_the_queue_from_before() {
        let mut fake = Fake::new(20);
        // Far below the capacity hardly anybody waits; at twice the capacity everybody does, and ever longer.
        let idle = at_rate(&mut fake, &options(1.0), 0.5).unwrap();
        assert!(idle.latency_s.median == 0.02 && idle.latency_s.min == 0.02, "{idle:?}");
        assert!((idle.achieved_per_s / 0.5 - 1.0).abs() < 0.5, "{idle:?}");
        let crowded = at_rate(&mut fake, &options(1.0), 100.0).unwrap();
        assert!((crowded.achieved_per_s / 50.0 - 1.0).abs() < 0.01, "{crowded:?}");
        // After 200 s of arrivals the last one of 20,000 waits for the 200 s that it takes longer to answer them.
        assert!((crowded.latency_s.max / 200.0 - 1.0).abs() < 0.05 && !crowded.holds, "{crowded:?}");
    }

    /// A queue with random arrivals and equal services: the mean wait is `u / (1 - u)` halves of a service at a load `u`
    /// (Pollaczek and Khinchine).
    #[test]
    fn waits_are_those_of_queueing_theory() {
        let mut fake = Fake::new(10);
        let long = ScenarioOptions { seconds: 5000.0, ..options(1.0) };
        for load in [0.3, 0.6, 0.8] {
            let start = fake.now;
            let mut waits = Vec::new();
            for arrival in arrivals(long.seed, 100.0 * load).take_while(|&arrival| arrival < long.duration()) {
                fake.wait_until(start + arrival);
                waits.push((fake.now - (start + arrival)).as_secs_f64());
                fake.answer(0).unwrap();
            }
            let mean = waits.iter().sum::<f64>() / waits.len() as f64;
            let expected = 0.01 * load / (2.0 * (1.0 - load));
            assert!((mean / expected - 1.0).abs() < 0.1, "{mean} s at a load of {load}, not {expected} s");
        }
    }

    #[test]
    fn the_largest_rate_lies_between_what_holds_and_what_does_not() {
        let mut rates = Vec::new();
        for bound in [0.041, 0.06, 0.1, 0.5] {
            let mut fake = Fake::new(20);
            let single = one_after_another(&mut fake, 10, Duration::ZERO).unwrap();
            let found = server(&mut fake, &options(bound), &single).unwrap();
            assert!((found.capacity_per_s - 50.0).abs() < 1e-9);
            let rate = found.rate_per_s.unwrap();
            for tried in &found.tried {
                assert_eq!(tried.holds, tried.rate_per_s <= rate, "{found:?}");
                assert_eq!(tried.holds, tried.tail.latency_s <= bound, "{found:?}");
                assert!(tried.tail.queries >= 50 && tried.tail.percent == 99);
                assert!(tried.achieved_per_s <= 1.000_001 * found.capacity_per_s);
            }
            let failed = found.tried.iter().filter(|tried| !tried.holds).map(|tried| tried.rate_per_s);
            assert!(failed.reduce(f64::min).is_some_and(|failed| failed - rate <= 50.0 / 64.0 + 1e-9), "{found:?}");
            rates.push(rate);
        }
        // Who may wait longer can serve more, but never more than the capacity.
        assert!(rates.is_sorted() && rates[3] < 50.0 && rates[3] > 40.0, "{rates:?}");
    }

    #[test]
    fn a_bound_below_the_service_is_not_tried() {
        let mut fake = Fake::new(20);
        let found = server(&mut fake, &options(0.019), &[0.02]).unwrap();
        assert_eq!((found.rate_per_s, found.tried.len(), fake.answered), (None, 0, 0));
    }

    /// What a single stream hides: every query takes longer than it did there.
    #[test]
    fn what_cannot_hold_any_more_ends_when_the_time_has_passed() {
        let many = ScenarioOptions { seconds: 1.0, least_queries: 100_000, ..options(0.019) };
        let mut fake = Fake::new(20);
        let found = server(&mut fake, &many, &[0.01]).unwrap();
        assert_eq!((found.rate_per_s, found.tried.len()), (None, 7));
        // A thousand of the queries may be late: at a time of 1 s they are not reached, so it goes on until they are.
        for tried in &found.tried {
            assert!(!tried.holds && tried.tail.latency_s > 0.019 && tried.tail.queries == 1_001, "{tried:?}");
        }
        let holds =
            at_rate(&mut fake, &ScenarioOptions { latency_bound_s: 1.0, least_queries: 300, ..many }, 5.0).unwrap();
        assert!(holds.holds && holds.tail.queries == 300, "{holds:?}");
    }

    #[test]
    fn one_wrong_answer_ends_everything() {
        let mut fake = Fake { wrong: Some(3), ..Fake::new(20) };
        assert!(one_after_another(&mut fake, 7, Duration::ZERO).is_err());
        assert!(server(&mut fake, &options(0.1), &[0.02]).is_err());
    }
}

//! When clips arrive.

use std::time::Duration;

use fastrand::Rng;

/// The arrivals of a Poisson process, ascending from 0, without end: gaps are independent and exponentially distributed
/// with a mean of `1 / rate_per_s`.
///
/// Of one seed all rates have the same gaps but for their unit, as in MLPerf's load generator: rates are compared on equal
/// luck. What `rate_per_s` is must be above 0.
pub(super) fn arrivals(seed: u64, rate_per_s: f64) -> impl Iterator<Item = Duration> {
    let mut random = Rng::with_seed(seed);
    let mut arrival = 0.0;
    std::iter::from_fn(move || {
        // 1 - x is in (0, 1], whose logarithm is finite.
        arrival += -(1.0 - random.f64()).ln();
        Some(Duration::from_secs_f64(arrival / rate_per_s))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_arrivals_and_rates_differ_in_their_unit() {
        let first = |seed, rate| arrivals(seed, rate).take(100).collect::<Vec<_>>();
        assert_eq!(first(7, 3.0), first(7, 3.0));
        assert_ne!(first(7, 3.0), first(8, 3.0));
        assert!(first(7, 3.0).is_sorted());
        for (slow, fast) in first(7, 1.0).into_iter().zip(first(7, 4.0)) {
            assert!(slow.abs_diff(4 * fast) <= Duration::from_nanos(8), "{slow:?} {fast:?}");
        }
    }

    #[test]
    fn gaps_are_exponentially_distributed() {
        const COUNT: usize = 100_000;
        let times: Vec<f64> = arrivals(1, 50.0).take(COUNT).map(|time| time.as_secs_f64()).collect();
        let gaps: Vec<f64> = std::iter::once(times[0]).chain(times.windows(2).map(|pair| pair[1] - pair[0])).collect();
        // The mean of n gaps deviates by 1 / sqrt(n): five of these are hardly ever seen.
        let tolerance = 5.0 / (COUNT as f64).sqrt();
        let mean = gaps.iter().sum::<f64>() / COUNT as f64;
        assert!((mean * 50.0 - 1.0).abs() < tolerance, "{mean}");
        for times_mean in [0.1, 1.0, 3.0] {
            let above = gaps.iter().filter(|&&gap| gap > times_mean / 50.0).count() as f64 / COUNT as f64;
            assert!((above - f64::exp(-times_mean)).abs() < tolerance, "{above} of the gaps are above {times_mean}");
        }
    }
}

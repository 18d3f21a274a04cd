//! Primes for the number-theoretic transform.

use crate::modulus::Modulus;

/// Whether `x` is prime.
///
/// The Miller-Rabin test with the bases 2, 7 and 61 has no false positive below 4,759,123,141.
/// Source: Jaeschke, "On strong pseudoprimes to several bases", 1993.
#[must_use]
pub fn is_prime(x: u32) -> bool {
    const BASES: [u32; 3] = [2, 7, 61];
    if x < 2 || BASES.iter().any(|&base| x.is_multiple_of(base)) {
        return BASES.contains(&x);
    }
    let mul = |a: u64, b: u64| a * b % u64::from(x);
    let twos = (x - 1).trailing_zeros();
    let odd = (x - 1) >> twos;
    let minus_one = u64::from(x - 1);
    BASES.iter().all(|&base| {
        let (mut power, mut square, mut exponent) = (1, u64::from(base), odd);
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = mul(power, square);
            }
            square = mul(square, square);
            exponent >>= 1;
        }
        if power == 1 || power == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            power = mul(power, power);
            power == minus_one
        })
    })
}

/// The `count` largest primes below `below` that are 1 modulo 2N = 2^(`log_n` + 1), in descending order; fewer if there
/// are not so many, and none that a [`Modulus`] could not hold.
///
/// # Panics
/// If `log_n` is above 30.
#[must_use]
pub fn ntt_primes(log_n: u32, below: u32, count: usize) -> Vec<u32> {
    assert!(log_n <= 30, "log_n {log_n} is above 30");
    let step = 1_u32 << (log_n + 1);
    let limit = below.clamp(1, Modulus::LIMIT);
    // The largest number below the limit that is 1 modulo the step.
    let first = limit.saturating_sub(2) / step * step + 1;
    std::iter::successors(Some(first), |candidate| candidate.checked_sub(step))
        .filter(|&candidate| candidate < limit && is_prime(candidate))
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_those_of_trial_division() {
        let trial = |x: u32| x >= 2 && (2..).take_while(|d| d * d <= x).all(|d| !x.is_multiple_of(d));
        for x in (0..20_000).chain((1 << 30) - 500..1 << 30).chain(u32::MAX - 300..=u32::MAX) {
            let expected = if x > 1 << 30 { (2..65_536).all(|d| !x.is_multiple_of(d)) } else { trial(x) };
            assert_eq!(is_prime(x), expected, "{x}");
        }
    }

    #[test]
    fn ntt_primes_are_the_largest_and_descend() {
        for log_n in [10, 14, 16] {
            let primes = ntt_primes(log_n, 1 << 30, 14);
            let expected: Vec<u32> =
                (0..1_u32 << 30).rev().filter(|x| x % (2 << log_n) == 1 && is_prime(*x)).take(14).collect();
            assert_eq!(primes, expected);
        }
        let first = ntt_primes(14, 1 << 30, 1)[0];
        assert!(ntt_primes(14, first, 1)[0] < first, "the bound itself is excluded");
        assert_eq!(ntt_primes(14, u32::MAX, 1), [first], "no prime above 2^30");
        assert!(ntt_primes(14, 32_769, 3).is_empty());
        assert!(ntt_primes(14, 0, 3).is_empty());
    }
}

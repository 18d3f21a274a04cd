//! The bound that keeps parameters at 128 bits of security.

/// The smallest standard deviation of the error for which [`max_log_qp`] holds.
pub const MINIMUM_SIGMA: f64 = 3.19;

/// The largest log2 of the modulus `Q P` at ring degree `2^log_n` with 128 bits of classical security, for a uniform
/// ternary secret and errors of standard deviation [`MINIMUM_SIGMA`]; `None` outside `N = 2^10 ..= 2^16`.
///
/// Source: Bossuat et al., "Security Guidelines for Implementing Homomorphic Encryption", 2024.
#[must_use]
pub const fn max_log_qp(log_n: u32) -> Option<f64> {
    match log_n {
        10 => Some(26.0),
        11 => Some(53.0),
        12 => Some(106.0),
        13 => Some(214.0),
        14 => Some(430.0),
        15 => Some(868.0),
        16 => Some(1747.0),
        _ => None,
    }
}

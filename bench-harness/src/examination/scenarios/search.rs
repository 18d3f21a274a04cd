//! The largest rate that holds.

use anyhow::Result;

/// How often the range is halved: it ends within a 64th of the largest rate.
const HALVINGS: usize = 6;

/// Looks for the largest rate up to `largest`, above 0, for which `holds`; `None` if none of those tried does.
///
/// First `largest` itself is tried, then the range between the largest rate that held and the smallest one that did not is
/// halved, from 0 on. So no rate is tried above one that failed, nor below one that held.
pub(super) fn largest_rate(largest: f64, mut holds: impl FnMut(f64) -> Result<bool>) -> Result<Option<f64>> {
    if holds(largest)? {
        return Ok(Some(largest));
    }
    let (mut held, mut failed) = (None, largest);
    for _ in 0..HALVINGS {
        let rate = f64::midpoint(held.unwrap_or(0.0), failed);
        if holds(rate)? { held = Some(rate) } else { failed = rate }
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    /// The result, and the rates that were tried.
    fn search(limit: f64) -> (Option<f64>, Vec<f64>) {
        let mut tried = Vec::new();
        let found = largest_rate(64.0, |rate| {
            tried.push(rate);
            Ok(rate <= limit)
        });
        (found.unwrap(), tried)
    }

    #[test]
    fn the_limit_is_found_within_a_64th_of_the_range() {
        for limit in [1.0, 1.5, 20.0, 31.9, 32.0, 63.0] {
            let (found, tried) = search(limit);
            let found = found.unwrap();
            assert!(found <= limit && limit < found + 1.0, "{found} for {limit}");
            assert_eq!(tried.len(), 1 + HALVINGS);
            // Between what holds and what does not, each rate once.
            for (index, rate) in tried.iter().enumerate() {
                assert!(tried[..index].iter().all(|before| if *before <= limit {
                    rate > before
                } else {
                    rate < before
                }));
            }
        }
        assert_eq!(search(0.5).0, None);
        assert_eq!(search(64.0), (Some(64.0), vec![64.0]));
    }

    #[test]
    fn a_failure_ends_the_search() {
        assert!(largest_rate(1.0, |_| bail!("wrong logits")).is_err());
    }
}

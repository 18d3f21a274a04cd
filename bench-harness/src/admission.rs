//! What is not started because it would not fit.

use anyhow::Result;
use hear_engine::network::{memory::MemoryPrediction, plan::Security};
use hear_model::network::Shape;

use crate::{configuration::Configuration, display, system::available_memory_bytes};

/// How much of the available memory is used where no limit is given, in percent.
const MEMORY_PERCENT: u64 = 90;

/// Why a configuration would not fit into `limit` bytes, or without a limit into most of the memory that is available, if
/// it would not.
///
/// # Errors
/// If its network has no plan.
pub fn objection(configuration: &Configuration, shape: Shape, limit: Option<u64>) -> Result<Option<String>> {
    let (limit, origin) = match limit {
        Some(limit) => (limit, "--memory-limit"),
        None => match available_memory_bytes() {
            Some(available) => (available / 100 * MEMORY_PERCENT, "90% of the available memory"),
            None => return Ok(None),
        },
    };
    let (plan, throughput) = (configuration.plan(shape)?, configuration.protocol.throughput());
    let need =
        MemoryPrediction::new(&plan, throughput, Security::Required, configuration.working_threads())?.total_bytes;
    let [need_text, limit_text] = [need, limit].map(display::bytes);
    Ok((need > limit).then(|| format!("it would need {need_text} of memory, {origin} is {limit_text}")))
}

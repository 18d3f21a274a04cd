//! Parameters: an unchecked literal (what a file says), the checked value made from it, and the security bound between.
mod checked;
mod literal;
mod security;

pub use checked::{Parameters, ParametersError, ParametersHash, PrimeIndex};
pub use literal::ParametersLiteral;
pub use security::{MINIMUM_SIGMA, max_log_qp};

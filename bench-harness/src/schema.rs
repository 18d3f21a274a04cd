//! The JSON schema of a line of records, `schema/record.schema.json`, and what it says of other packages' types.
#![expect(
    dead_code,
    reason = "these describe fields of types that stand elsewhere; a test holds lines of both to each other"
)]

use schemars::JsonSchema;

/// What the plan says that a stage or an inference costs.
#[derive(JsonSchema)]
#[serde(rename = "Counts")]
pub(crate) struct Counts {
    /// Transforms of one limb, either direction.
    ntt: u64,
    /// Key switches of every kind.
    key_switch: u64,
    /// Those among them that share the decomposition of another.
    hoisted_rotation: u64,
    /// Ciphertexts multiplied by a plaintext.
    plain_product: u64,
    /// Ciphertexts rescaled.
    rescale: u64,
    /// Multiply-accumulates of one limb with a plaintext or between ciphertexts.
    product_limbs: u64,
    #[serde(default)]
    /// Multiply-accumulates of one limb with a number: one residue for all of it.
    scalar_limbs: u64,
    /// Multiply-accumulates of one limb with a key.
    key_limbs: u64,
    #[serde(default)]
    /// Limbs converted from, times limbs converted to, of base conversions from several limbs.
    conversion_limbs: u64,
    /// Bytes of plaintexts and keys that are read.
    bytes_read: u64,
    #[serde(default)]
    /// Bytes of ciphertexts that go to memory or come from it because they are too many for caches.
    value_bytes: u64,
}

/// Sizes of the caches that the first core sees.
#[derive(JsonSchema)]
pub(crate) struct CacheSizes {
    /// First level, data.
    l1d_bytes: Option<u64>,
    /// Second level.
    l2_bytes: Option<u64>,
    /// Third level.
    l3_bytes: Option<u64>,
}

//! Residues of less than 32 bits, without gaps.

/// Bits of a residue modulo `q`.
pub(super) const fn residue_bits(q: u32) -> u32 {
    u32::BITS - q.leading_zeros()
}

/// Bytes of `count` packed values of `bits` bits.
pub(super) const fn packed_bytes(count: usize, bits: u32) -> usize {
    (count * bits as usize).div_ceil(8)
}

/// Appends `values`, each below `2^bits`, least significant bit first; zero bits fill the last byte.
pub(super) fn pack(values: &[u32], bits: u32, out: &mut Vec<u8>) {
    out.reserve(packed_bytes(values.len(), bits));
    let (mut buffer, mut filled) = (0_u64, 0);
    for &value in values {
        buffer |= u64::from(value) << filled;
        filled += bits;
        if filled >= 32 {
            #[expect(clippy::cast_possible_truncation, reason = "the low half is what is written")]
            out.extend_from_slice(&(buffer as u32).to_le_bytes());
            buffer >>= 32;
            filled -= 32;
        }
    }
    out.extend_from_slice(&buffer.to_le_bytes()[..filled.div_ceil(8) as usize]);
}

/// Reads as many values of `bits` bits, 1 to 32, as `out` has.
///
/// # Panics
/// If `bytes` are not [`packed_bytes`] long.
pub(super) fn unpack(bytes: &[u8], bits: u32, out: &mut [u32]) {
    assert_eq!(bytes.len(), packed_bytes(out.len(), bits), "bytes of {} values", out.len());
    let mask = u64::MAX >> (u64::BITS - bits);
    let (words, tail) = bytes.as_chunks::<4>();
    let mut last = [0; 4];
    last[..tail.len()].copy_from_slice(tail);
    let mut words = words.iter().chain([&last]);
    let (mut buffer, mut filled) = (0_u64, 0);
    for out in out {
        if filled < bits {
            let word = words.next().map_or(0, |word| u32::from_le_bytes(*word));
            buffer |= u64::from(word) << filled;
            filled += 32;
        }
        #[expect(clippy::cast_possible_truncation, reason = "masked to at most 32 bits")]
        {
            *out = (buffer & mask) as u32;
        }
        buffer >>= bits;
        filled -= bits;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bits_are_placed_from_the_least_significant_on() {
        let mut bytes = Vec::new();
        pack(&[0b101, 0b010, 0b111], 3, &mut bytes);
        assert_eq!(bytes, [0b1101_0101, 0b1]);
        assert_eq!(residue_bits(1 << 29), 30);
        assert_eq!(residue_bits((1 << 29) - 1), 29);
    }

    proptest! {
        #[test]
        fn unpacking_undoes_packing(values in proptest::collection::vec(any::<u32>(), 0..200), bits in 1..=32_u32) {
            let values: Vec<u32> = values.iter().map(|value| value >> (32 - bits)).collect();
            let mut bytes = Vec::new();
            pack(&values, bits, &mut bytes);
            prop_assert_eq!(bytes.len(), packed_bytes(values.len(), bits));
            let mut unpacked = vec![0; values.len()];
            unpack(&bytes, bits, &mut unpacked);
            prop_assert_eq!(unpacked, values);
        }
    }
}

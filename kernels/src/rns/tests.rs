//! Base conversion, raising and division against big integers.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{BasisError, Converter, MAX_SOURCES, ModDown, ModUp};
use crate::modulus::Modulus;
use crate::ntt::NttTable;
use crate::primes::ntt_primes;
use crate::simd::Isa;
use crate::testing::{random_words, tiers};

/// Where the overflow may round the other way: within `s / 2^DISTANCE_BITS` of a boundary, for s primes.
const DISTANCE_BITS: u32 = 30;

fn moduli(values: &[u32]) -> Vec<Modulus> {
    values.iter().map(|&q| Modulus::new(q).unwrap()).collect()
}

fn product(moduli: &[Modulus]) -> BigInt {
    moduli.iter().map(|m| BigInt::from(m.value())).product()
}

/// `x mod m` in [0, m).
fn residue(x: &BigInt, m: Modulus) -> u32 {
    let q = BigInt::from(m.value());
    (((x % &q) + &q) % &q).to_u32().unwrap()
}

/// The representative of `x` modulo `p` in (-p/2, p/2), for odd p.
fn centred(x: &BigInt, p: &BigInt) -> BigInt {
    let x = ((x % p) + p) % p;
    if &x * 2 > *p { x - p } else { x }
}

/// `count` integers in (-p/2, p/2): the edges of the interval and of the stated distance from it first, then uniform.
fn centred_integers(p: &BigInt, primes: usize, count: usize, seed: u64) -> Vec<BigInt> {
    let half: BigInt = (p - 1) / 2;
    let distance: BigInt = ((p * primes) >> DISTANCE_BITS) + 1;
    let mut values = vec![BigInt::zero(), BigInt::one(), -BigInt::one()];
    for inset in [BigInt::zero(), BigInt::one(), &distance / 2, distance.clone(), &distance * 2, p >> 8, p >> 2] {
        let inset = inset.min(half.clone());
        values.push(&half - &inset);
        values.push(inset - &half);
    }
    let mut words = random_words(seed);
    // Nine words are 576 bits, far more than the products of primes here.
    let mut random = || words.by_ref().take(9).fold(BigInt::zero(), |x, word| (x << 64) + word);
    values.resize_with(count, || centred(&random(), p));
    values
}

/// Asserts that `got` is `x mod t`, or `(x + S) mod t` where x is as close to -S/2 as the documentation allows.
fn assert_converted(x: &BigInt, sources: usize, s: &BigInt, t: Modulus, got: u32, context: &str) {
    let exact = residue(x, t);
    // -S/2 + sources S / 2^DISTANCE_BITS, both sides doubled.
    let near_boundary = sources > 1 && x * 2 < -s + ((s * sources) >> (DISTANCE_BITS - 1));
    let allowed = got == exact || (near_boundary && got == residue(&(x + s), t));
    assert!(allowed, "{context}: x = {x}, S = {s}, t = {}: got {got}, want {exact}", t.value());
}

/// Source and target primes: close to 2^30, small, of mixed sizes, up to the largest count.
fn conversions() -> Vec<(Vec<u32>, Vec<u32>)> {
    let large = ntt_primes(10, 1 << 30, 12);
    let small = [12_289, 40_961, 61_441, 65_537];
    let mut cases = vec![
        (vec![3], vec![5, 7, 65_537, large[0]]),
        (vec![large[0]], vec![large[1], 3, 12_289]),
        (vec![12_289], vec![large[1], 3, 40_961]),
        (vec![3, 5], vec![7, large[0]]),
        (small.to_vec(), vec![3, large[0], large[11]]),
        (vec![3, large[0], 12_289, large[1]], vec![5, 65_537, large[2]]),
    ];
    for count in 2..=MAX_SOURCES {
        cases.push((large[..count].to_vec(), vec![large[count], large[11], 12_289, 3]));
    }
    cases
}

#[test]
fn conversion_is_exact_and_the_same_on_all_tiers() {
    const N: usize = 1024;
    for (source, target) in conversions() {
        let (source, target) = (moduli(&source), moduli(&target));
        let s = product(&source);
        let values = centred_integers(&s, source.len(), N, 1);
        let limbs: Vec<u32> = source.iter().flat_map(|&m| values.iter().map(move |x| residue(x, m))).collect();
        let mut first: Option<Vec<u32>> = None;
        for isa in tiers() {
            let converter = Converter::new(isa, &source, &target).unwrap();
            let mut prepared = limbs.clone();
            let mut overflow = vec![u32::MAX; converter.overflow_words(N)];
            converter.prepare(&mut prepared, &mut overflow);
            let mut outputs = Vec::new();
            for (j, &t) in target.iter().enumerate() {
                let mut out = vec![u32::MAX; N];
                converter.convert_limb_into(j, &prepared, &overflow, &mut out);
                for (x, &got) in values.iter().zip(&out) {
                    assert_converted(x, source.len(), &s, t, got, isa.name());
                }
                outputs.extend(out);
            }
            assert_eq!(first.get_or_insert_with(|| outputs.clone()), &outputs, "{}", isa.name());
        }
    }
}

/// The true distance at which rounding goes wrong is small, and the planted values reach it: without this the test above
/// would pass with an overflow that never errs, and the documentation would claim too little.
#[test]
fn overflow_rounds_down_just_above_minus_half() {
    let source = moduli(&ntt_primes(10, 1 << 30, 4));
    let target = moduli(&[65_537]);
    let s = product(&source);
    let x: BigInt = (1_i32 - &s) / 2_i32;
    let converter = Converter::new(Isa::detect(), &source, &target).unwrap();
    let mut limbs: Vec<u32> = source.iter().flat_map(|&m| std::iter::repeat_n(residue(&x, m), 16)).collect();
    let (mut overflow, mut out) = ([0; 16], [0; 16]);
    converter.prepare(&mut limbs, &mut overflow);
    converter.convert_limb_into(0, &limbs, &overflow, &mut out);
    assert_eq!(out, [residue(&(x + s), target[0]); 16]);
}

fn tables(isa: Isa, primes: &[u32], log_n: u32) -> Vec<Arc<NttTable>> {
    moduli(primes).into_iter().map(|m| Arc::new(NttTable::new(isa, m, log_n).unwrap())).collect()
}

fn transforms(tables: &[Arc<NttTable>]) -> u64 {
    tables.iter().map(|table| table.transforms()).sum()
}

#[test]
fn raised_limbs_are_the_transform_of_the_converted_integer() {
    for (log_n, digit_primes) in [(10, 1), (10, 2), (11, 3), (12, 4)] {
        let primes = ntt_primes(log_n, 1 << 30, digit_primes + 3);
        let n = 1 << log_n;
        let mut first: Option<Vec<u32>> = None;
        for isa in tiers() {
            let all = tables(isa, &primes, log_n);
            let (digit, targets) = all.split_at(digit_primes);
            let source = moduli(&primes[..digit_primes]);
            let s = product(&source);
            let values = centred_integers(&s, digit_primes, n, u64::from(log_n));
            let mod_up = ModUp::new(digit, targets).unwrap();
            let mut prepared: Vec<u32> =
                source.iter().flat_map(|&m| values.iter().map(move |x| residue(x, m))).collect();
            let mut overflow = vec![0; mod_up.overflow_words()];
            mod_up.prepare(&mut prepared, &mut overflow);
            let mut outputs = Vec::new();
            for (j, table) in targets.iter().enumerate() {
                let before = transforms(&all);
                let mut out = vec![0; n];
                mod_up.raise_limb_into(j, &prepared, &overflow, &mut out);
                assert_eq!(transforms(&all) - before, 1);
                outputs.extend_from_slice(&out);
                table.inverse(&mut out);
                for (x, &got) in values.iter().zip(&out) {
                    assert_converted(x, digit_primes, &s, table.modulus(), got, isa.name());
                }
            }
            assert_eq!(first.get_or_insert_with(|| outputs.clone()), &outputs, "{}", isa.name());
        }
    }
}

/// `x` modulo each prime as NTT values, one vector a limb.
fn ntt_limbs(values: &[BigInt], tables: &[Arc<NttTable>]) -> Vec<Vec<u32>> {
    let limb = |table: &Arc<NttTable>| {
        let mut limb: Vec<u32> = values.iter().map(|x| residue(x, table.modulus())).collect();
        table.forward(&mut limb);
        limb
    };
    tables.iter().map(limb).collect()
}

/// Values x whose quotients by `p` and remainders both include the edges: `quotient p + remainder`.
fn dividends(q: &BigInt, p: &BigInt, dropped: usize, n: usize, seed: u64) -> Vec<(BigInt, BigInt)> {
    let mut remainders = centred_integers(p, dropped, n, seed);
    remainders.rotate_right(3);
    // Quotients stay one away from the ends, as an allowed error of one must not wrap around.
    let quotients =
        centred_integers(q, 1, n, seed + 1).into_iter().map(|x| if x.abs() * 2 + 3 > *q { BigInt::zero() } else { x });
    quotients.zip(remainders).collect()
}

#[test]
fn division_rounds_to_the_nearest_integer() {
    for (log_n, kept_count, dropped_count) in
        [(10, 1, 1), (10, 3, 1), (11, 2, 2), (12, 3, 3), (13, 4, 4), (14, 2, 2), (10, 2, 8)]
    {
        let n = 1_usize << log_n;
        let primes = ntt_primes(log_n, 1 << 30, kept_count + dropped_count);
        let all_moduli = moduli(&primes);
        let (kept_moduli, dropped_moduli) = all_moduli.split_at(kept_count);
        let (q, p) = (product(kept_moduli), product(dropped_moduli));
        let pairs = dividends(&q, &p, dropped_count, n, u64::from(log_n));
        let values: Vec<BigInt> = pairs.iter().map(|(quotient, remainder)| quotient * &p + remainder).collect();
        let mut first: Option<Vec<Vec<u32>>> = None;
        for isa in tiers() {
            let all = tables(isa, &primes, log_n);
            let (keep, drop) = all.split_at(kept_count);
            let mod_down = ModDown::new(keep, drop).unwrap();
            let kept = ntt_limbs(&values, keep);
            let dropped = ntt_limbs(&values, drop);
            let dropped: Vec<_> = dropped.iter().map(Vec::as_slice).collect();
            let mut scratch = vec![0; mod_down.scratch_words()];

            let before = transforms(&all);
            let mut out = vec![vec![0; n]; kept_count];
            mod_down.apply_into(
                &kept.iter().map(Vec::as_slice).collect::<Vec<_>>(),
                &dropped,
                &mut out.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
                &mut scratch,
            );
            assert_eq!(transforms(&all) - before, (kept_count + dropped_count) as u64);

            let mut in_place = kept;
            let (remainder, scratch) = scratch.split_at_mut(mod_down.remainder_words());
            for (index, dropped) in dropped.iter().enumerate().rev() {
                mod_down.drop_limb(index, dropped, remainder);
            }
            mod_down.prepare(remainder);
            for (j, x) in in_place.iter_mut().enumerate() {
                mod_down.divide_limb_assign(j, x, remainder, scratch);
            }
            assert_eq!(in_place, out, "{}", isa.name());
            assert_eq!(first.get_or_insert_with(|| out.clone()), &out, "{}", isa.name());

            for (limb, table) in out.iter_mut().zip(keep) {
                table.inverse(limb);
                for ((quotient, remainder), &got) in pairs.iter().zip(&*limb) {
                    let (t, exact) = (table.modulus(), residue(quotient, table.modulus()));
                    // The remainder converted as r + P makes the quotient one smaller.
                    let near_boundary =
                        dropped_count > 1 && remainder * 2 < -&p + ((&p * dropped_count) >> (DISTANCE_BITS - 1));
                    assert!(
                        got == exact || (near_boundary && got == t.sub(exact, 1)),
                        "{}: {quotient} P + {remainder}: got {got} mod {}",
                        isa.name(),
                        t.value()
                    );
                }
            }
        }
    }
}

#[test]
fn lists_without_a_conversion_are_refused() {
    let isa = Isa::detect();
    let primes = moduli(&ntt_primes(10, 1 << 30, 10));
    let refusal = |source: &[Modulus], target: &[Modulus]| Converter::new(isa, source, target).map(|_| ()).unwrap_err();
    let (a, b) = (primes[0], primes[1]);
    assert_eq!(refusal(&[], &[a]), BasisError::SourceCount(0));
    assert_eq!(refusal(&primes[..9], &[primes[9]]), BasisError::SourceCount(9));
    assert_eq!(refusal(&[a], &[]), BasisError::NoTarget);
    assert_eq!(refusal(&[a, b, a], &[primes[2]]), BasisError::NotCoprime(a.value(), a.value()));
    assert_eq!(refusal(&[a, b], &[primes[2], b]), BasisError::NotCoprime(b.value(), b.value()));
    let composite = moduli(&[15, 21]);
    assert_eq!(refusal(&composite, &[a]), BasisError::NotCoprime(21, 15));

    let short = tables(isa, &ntt_primes(10, 1 << 30, 1), 10);
    let long = tables(isa, &ntt_primes(11, 1 << 29, 1), 11);
    assert_eq!(ModUp::new(&short, &long).map(|_| ()).unwrap_err(), BasisError::MixedLengths(1024, 2048));
    assert_eq!(ModDown::new(&short, &long).map(|_| ()).unwrap_err(), BasisError::MixedLengths(2048, 1024));
}

/// A converter from two primes to one.
fn small_converter() -> Converter {
    let primes = moduli(&ntt_primes(10, 1 << 30, 3));
    Converter::new(Isa::detect(), &primes[..2], &primes[2..]).unwrap()
}

#[test]
#[should_panic(expected = "48 words do not hold 2 limbs")]
fn half_blocks_are_refused() {
    small_converter().prepare(&mut [0; 48], &mut [0; 24]);
}

#[test]
#[should_panic(expected = "words of overflow")]
fn overflow_of_another_length_is_refused_when_preparing() {
    small_converter().prepare(&mut [0; 64], &mut [0; 16]);
}

#[test]
#[should_panic(expected = "words of overflow")]
fn overflow_of_another_length_is_refused_when_converting() {
    small_converter().convert_limb_into(0, &[0; 64], &[0; 48], &mut [0; 32]);
}

#[test]
#[should_panic(expected = "words of the converted limb")]
fn output_of_another_length_is_refused() {
    small_converter().convert_limb_into(0, &[0; 64], &[0; 32], &mut [0; 48]);
}

#[test]
#[should_panic(expected = "index out of bounds")]
fn unknown_target_is_refused() {
    small_converter().convert_limb_into(1, &[0; 64], &[0; 32], &mut [0; 32]);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "a residue is not below the modulus")]
fn unreduced_residue_is_refused_in_debug() {
    small_converter().prepare(&mut [u32::MAX; 64], &mut [0; 32]);
}

/// A division by two primes that keeps one, with the lengths asked for.
fn divide(kept_words: usize, dropped_words: usize, out_limbs: usize, scratch_shortage: usize) {
    let all = tables(Isa::detect(), &ntt_primes(10, 1 << 30, 3), 10);
    let mod_down = ModDown::new(&all[..1], &all[1..]).unwrap();
    let (kept, dropped) = (vec![0; kept_words], vec![0; dropped_words]);
    let dropped: Vec<_> = dropped.chunks(1024).collect();
    let mut out = vec![vec![0; 1024]; out_limbs];
    let mut out: Vec<&mut [u32]> = out.iter_mut().map(Vec::as_mut_slice).collect();
    let mut scratch = vec![0; mod_down.scratch_words() - scratch_shortage];
    mod_down.apply_into(&[&kept], &dropped, &mut out, &mut scratch);
}

#[test]
fn zero_divides_to_zero() {
    divide(1024, 2048, 1, 0);
}

#[test]
#[should_panic(expected = "lengths [1024, 1008, 1024]")]
fn kept_limb_of_another_length_is_refused() {
    divide(1008, 2048, 1, 0);
}

#[test]
#[should_panic(expected = "limbs dropped")]
fn a_limb_too_few_is_refused() {
    divide(1024, 1024, 1, 0);
}

#[test]
#[should_panic(expected = "limbs of the result")]
fn another_number_of_results_is_refused() {
    divide(1024, 2048, 2, 0);
}

#[test]
#[should_panic(expected = "words of scratch")]
fn short_scratch_is_refused() {
    divide(1024, 2048, 1, 1);
}

//! Base conversion, raising and division, checked before they are timed. `HEAR_ISA` caps the instructions.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hear_kernels::modulus::Modulus;
use hear_kernels::ntt::NttTable;
use hear_kernels::primes::ntt_primes;
use hear_kernels::rns::{Converter, ModDown, ModUp};
use hear_kernels::simd::Isa;
use num_bigint::BigUint;

const LOG_N: u32 = 14;
const N: usize = 1 << LOG_N;

fn isa() -> Isa {
    Isa::from_environment().expect("a known tier")
}

fn moduli(primes: &[u32]) -> Vec<Modulus> {
    primes.iter().map(|&q| Modulus::new(q).expect("a prime below 2^30")).collect()
}

fn tables(primes: &[u32]) -> Vec<Arc<NttTable>> {
    let table = |&m: &Modulus| Arc::new(NttTable::new(isa(), m, LOG_N).expect("an NTT prime"));
    moduli(primes).iter().map(table).collect()
}

/// Fixed pseudo-random residues, one limb for each prime.
fn residues(primes: &[u32]) -> Vec<u32> {
    let mut state = 1_u64;
    let mut next = |q: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((state >> 33) % u64::from(q)).expect("a remainder of a 32-bit number")
    };
    primes.iter().flat_map(|&q| std::iter::repeat_n(q, N)).map(&mut next).collect()
}

/// Asserts that `converted` are the centred integers with residues `limbs`, modulo `t`.
fn verify(primes: &[u32], limbs: &[u32], t: u32, converted: &[u32]) {
    let product: BigUint = primes.iter().map(|&q| BigUint::from(q)).product();
    for (i, &got) in converted.iter().enumerate().step_by(37) {
        let term = |(j, &q): (usize, &u32)| {
            let cofactor = &product / q;
            let inverse = cofactor.modinv(&BigUint::from(q)).expect("distinct primes");
            cofactor * inverse * limbs[j * N + i]
        };
        let x = primes.iter().enumerate().map(term).sum::<BigUint>() % &product;
        let lifted = if &x * 2_u32 > product { x + &product * (t - 1) } else { x };
        assert_eq!(BigUint::from(got), lifted % t, "coefficient {i}");
    }
}

fn conversion(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("convert/{}", isa()));
    group.throughput(Throughput::Elements(N as u64));
    for sources in [1, 2, 4, 6, 8] {
        let primes = ntt_primes(LOG_N, 1 << 30, sources + 1);
        let (source, target) = primes.split_at(sources);
        let converter = Converter::new(isa(), &moduli(source), &moduli(target)).expect("distinct primes");
        let limbs = residues(source);
        let (mut prepared, mut overflow) = (limbs.clone(), vec![0; converter.overflow_words(N)]);
        let mut out = vec![0; N];
        converter.prepare(&mut prepared, &mut overflow);
        converter.convert_limb_into(0, &prepared, &overflow, &mut out);
        verify(source, &limbs, target[0], &out);

        // What is prepared are residues too: preparing them again costs the same.
        let mut again = limbs;
        group.bench_function(format!("prepare/{sources}"), |b| b.iter(|| converter.prepare(&mut again, &mut overflow)));
        group.bench_function(format!("convert_limb/{sources}"), |b| {
            b.iter(|| converter.convert_limb_into(0, &prepared, &overflow, black_box(&mut out)));
        });
    }
    group.finish();
}

fn raising(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("raise_limb/{}", isa()));
    for sources in [1, 2, 4] {
        let primes = ntt_primes(LOG_N, 1 << 30, sources + 1);
        let (digit, target) = (tables(&primes[..sources]), tables(&primes[sources..]));
        let mod_up = ModUp::new(&digit, &target).expect("distinct primes");
        let limbs = residues(&primes[..sources]);
        let (mut prepared, mut overflow) = (limbs.clone(), vec![0; mod_up.overflow_words()]);
        let mut out = vec![0; N];
        mod_up.prepare(&mut prepared, &mut overflow);
        mod_up.raise_limb_into(0, &prepared, &overflow, &mut out);
        let mut coefficients = out.clone();
        target[0].inverse(&mut coefficients);
        verify(&primes[..sources], &limbs, primes[sources], &coefficients);
        group.bench_function(format!("{sources}"), |b| {
            b.iter(|| mod_up.raise_limb_into(0, &prepared, &overflow, black_box(&mut out)));
        });
    }
    group.finish();
}

fn division(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("mod_down/{}", isa()));
    for (kept_count, dropped_count) in [(13, 1), (12, 1), (8, 4), (4, 4)] {
        let primes = ntt_primes(LOG_N, 1 << 30, kept_count + dropped_count);
        let all = tables(&primes);
        let (keep, drop) = all.split_at(kept_count);
        let mod_down = ModDown::new(keep, drop).expect("distinct primes");
        let limbs = residues(&primes);
        let (kept, dropped) = limbs.split_at(kept_count * N);
        let kept: Vec<&[u32]> = kept.chunks_exact(N).collect();
        let mut out = vec![vec![0; N]; kept_count];
        let mut out: Vec<&mut [u32]> = out.iter_mut().map(Vec::as_mut_slice).collect();
        let mut scratch = vec![0; mod_down.scratch_words()];
        let drops: Vec<&[u32]> = dropped.chunks_exact(N).collect();
        mod_down.apply_into(&kept, &drops, &mut out, &mut scratch);
        verify_division(&all, &kept, dropped, &out);
        group.bench_function(format!("keep {kept_count}, drop {dropped_count}"), |b| {
            b.iter(|| mod_down.apply_into(&kept, &drops, &mut out, &mut scratch));
        });
    }
    group.finish();
}

/// Asserts that `kept = out P + r`, with r the centred integers with residues `dropped`, modulo the first prime.
fn verify_division(all: &[Arc<NttTable>], kept: &[&[u32]], dropped: &[u32], out: &[&mut [u32]]) {
    let (first, drop) = (&all[0], &all[kept.len()..]);
    let mut limbs = dropped.to_vec();
    for (limb, table) in limbs.chunks_exact_mut(N).zip(drop) {
        table.inverse(limb);
    }
    let modulus = first.modulus();
    let product = drop.iter().fold(1, |product, table| modulus.mul(product, table.modulus().value()));
    let mut remainder: Vec<u32> =
        kept[0].iter().zip(&*out[0]).map(|(&x, &y)| modulus.sub(x, modulus.mul(y, product))).collect();
    first.inverse(&mut remainder);
    let primes: Vec<u32> = drop.iter().map(|table| table.modulus().value()).collect();
    verify(&primes, &limbs, modulus.value(), &remainder);
}

criterion_group!(benches, conversion, raising, division);
criterion_main!(benches);

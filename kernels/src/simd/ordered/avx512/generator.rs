//! Writes the hand-ordered loops: butterfly networks, a list scheduler, and the text of one assembly loop each.
//!
//! A loop is a function that builds a [`Network`]: the operations of one iteration, written as the generic transform is.
//! [`Network::schedule`] brings them into their order and names the registers.
//!
//! The scheduler goes in steps. In each it takes, of the operations whose operands earlier steps computed, the ones with the
//! longest chains of operations after them: one load, one operation of arithmetic and one store, as long as there are
//! registers. So what the rest of the iteration waits for comes first, and chains that end early fill the gaps of others;
//! the compiler's order goes stage by stage.
//!
//! Latencies and execution units play no part: the processor looks a few hundred instructions ahead and starts each when
//! it can. Measured on Zen 5, orders for its latencies and units, or for Skylake's, were 1 to 3% slower forward and at most
//! 0.5% faster in the inverse; to begin a tile in the iteration before gained 0.5%, to exchange halves of rows by stores
//! instead of shuffles nothing.

use std::cmp::Reverse;
use std::fmt::Write;

/// An operation of a network; its result, if it has one, has the same number.
struct Operation {
    /// The instruction, with `D` for the result's register, `A` and `B` for the operands'.
    text: String,
    operands: Vec<usize>,
    has_result: bool,
    /// The result takes the register of the first operand, which the instruction changes in part.
    is_merge: bool,
}

/// An operation of each kind can be started in a step.
#[derive(PartialEq, Eq)]
enum Kind {
    Load,
    Arithmetic,
    Store,
}

impl Operation {
    fn kind(&self) -> Kind {
        match (self.operands.is_empty(), self.has_result) {
            (true, _) => Kind::Load,
            (false, true) => Kind::Arithmetic,
            (false, false) => Kind::Store,
        }
    }
}

/// Vector registers that hold constants: q, 2q.
const Q: &str = "zmm31";
const TWO_Q: &str = "zmm30";
/// Registers for everything else.
const REGISTERS: usize = 30;

/// A factor in memory: the operands of the two widening products with its companion, and of the product with its value.
#[derive(Clone)]
struct Factor {
    shoup_even: String,
    shoup_odd: String,
    value: String,
}

impl Factor {
    /// Number `index` of a table of `Twiddle`s.
    fn broadcast(table: &str, index: usize) -> Self {
        let shoup = format!("qword ptr [{table} + {}]{{1to8}}", 8 * index);
        Self {
            shoup_even: shoup.clone(),
            shoup_odd: shoup,
            value: format!("dword ptr [{table} + {}]{{1to16}}", 8 * index + 4),
        }
    }

    /// Number `index` of a tile's factors, one a lane.
    fn per_lane(table: &str, index: usize) -> Self {
        let at = |offset: usize| format!("zmmword ptr [{table} + {}]", 128 * index + offset);
        Self { shoup_even: at(0), shoup_odd: at(4), value: at(64) }
    }
}

/// The operations of one iteration, on residues in place. What orders loads before the stores to the same places is that
/// every result of a column or tile depends on all its residues.
#[derive(Default)]
struct Network(Vec<Operation>);

impl Network {
    fn push(&mut self, text: String, operands: &[usize]) -> usize {
        let (has_result, is_merge) = (text.contains('D'), text.contains("D{k1}"));
        self.0.push(Operation { text, operands: operands.to_vec(), has_result, is_merge });
        self.0.len() - 1
    }

    fn load(&mut self, address: &str) -> usize {
        self.push(format!("vmovdqu64 D, zmmword ptr [{address}]"), &[])
    }
    fn store(&mut self, x: usize, address: &str) {
        self.push(format!("vmovdqu64 zmmword ptr [{address}], A"), &[x]);
    }
    fn prefetch(&mut self, address: &str) {
        self.push(format!("prefetcht0 byte ptr [{address}]"), &[]);
    }
    fn binary(&mut self, instruction: &str, a: usize, b: usize) -> usize {
        self.push(format!("{instruction} D, A, B"), &[a, b])
    }
    fn with_constant(&mut self, instruction: &str, a: usize, constant: &str) -> usize {
        self.push(format!("{instruction} D, A, {constant}"), &[a])
    }
    fn shuffle_quarters(&mut self, a: usize, b: usize, selection: u32) -> usize {
        self.push(format!("vshufi32x4 D, A, B, {selection}"), &[a, b])
    }
    fn multiply(&mut self, instruction: &str, a: usize, by: &str) -> usize {
        self.push(format!("{instruction} D, A, {by}"), &[a])
    }

    /// `Lanes::reduce_once`.
    fn reduce_once(&mut self, x: usize, bound: &str) -> usize {
        let less = self.with_constant("vpsubd", x, bound);
        self.binary("vpminud", x, less)
    }
    /// `Lanes::make_positive`.
    fn make_positive(&mut self, x: usize, bound: &str) -> usize {
        let more = self.with_constant("vpaddd", x, bound);
        self.binary("vpminud", x, more)
    }
    /// `Lanes::mul_shoup_lazy`.
    fn product(&mut self, x: usize, factor: &Factor) -> usize {
        let x_odd = self.push("vmovshdup D, A".into(), &[x]);
        let even = self.multiply("vpmuludq", x, &factor.shoup_even);
        let odd = self.multiply("vpmuludq", x_odd, &factor.shoup_odd);
        let quotient = self.push("vmovshdup D{k1}, B".into(), &[odd, even]);
        let low = self.multiply("vpmulld", x, &factor.value);
        let multiple = self.multiply("vpmulld", quotient, Q);
        self.binary("vpsubd", low, multiple)
    }
    /// `Lanes::transpose`, of sixteen vectors.
    fn transpose(&mut self, rows: &mut [usize]) {
        for group in rows.chunks_exact_mut(4) {
            let (a0, a1) =
                (self.binary("vpunpckldq", group[0], group[1]), self.binary("vpunpckhdq", group[0], group[1]));
            let (a2, a3) =
                (self.binary("vpunpckldq", group[2], group[3]), self.binary("vpunpckhdq", group[2], group[3]));
            group[0] = self.binary("vpunpcklqdq", a0, a2);
            group[1] = self.binary("vpunpckhqdq", a0, a2);
            group[2] = self.binary("vpunpcklqdq", a1, a3);
            group[3] = self.binary("vpunpckhqdq", a1, a3);
        }
        for c in 0..4 {
            let g = [rows[c], rows[4 + c], rows[8 + c], rows[12 + c]];
            let (even, odd) = (0b10_00_10_00, 0b11_01_11_01);
            let (even_low, even_high) =
                (self.shuffle_quarters(g[0], g[1], even), self.shuffle_quarters(g[2], g[3], even));
            let (odd_low, odd_high) = (self.shuffle_quarters(g[0], g[1], odd), self.shuffle_quarters(g[2], g[3], odd));
            rows[c] = self.shuffle_quarters(even_low, even_high, even);
            rows[4 + c] = self.shuffle_quarters(odd_low, odd_high, even);
            rows[8 + c] = self.shuffle_quarters(even_low, even_high, odd);
            rows[12 + c] = self.shuffle_quarters(odd_low, odd_high, odd);
        }
    }

    /// The forward transform's `stages`.
    fn forward_stages(&mut self, vectors: &mut [usize], reduced: bool, factor: impl Fn(usize) -> Factor) {
        let mut half = vectors.len() / 2;
        while half > 0 {
            let blocks = vectors.len() / (2 * half);
            for butterfly in 0..vectors.len() / 2 {
                let (block, i) = (butterfly / half, butterfly % half);
                let (low, high) = (2 * half * block + i, 2 * half * block + i + half);
                let addend = if reduced && blocks == 1 {
                    vectors[low]
                } else if block % 2 == 0 {
                    self.reduce_once(vectors[low], TWO_Q)
                } else {
                    self.make_positive(vectors[low], TWO_Q)
                };
                let product = self.product(vectors[high], &factor(blocks - 1 + block));
                let difference = self.binary("vpsubd", addend, product);
                vectors[low] = self.binary("vpaddd", addend, product);
                vectors[high] =
                    if i < half.div_ceil(2) { difference } else { self.with_constant("vpaddd", difference, TWO_Q) };
            }
            half /= 2;
        }
    }

    /// The forward transform's `make_plain`.
    fn make_plain(&mut self, vectors: &mut [usize]) {
        for odd in (1..vectors.len()).step_by(2) {
            vectors[odd] = self.with_constant("vpaddd", vectors[odd], TWO_Q);
        }
    }

    /// The forward transform's `reduce`.
    fn reduce(&mut self, vectors: &mut [usize]) {
        for (k, vector) in vectors.iter_mut().enumerate() {
            let below_two_q =
                if k % 2 == 0 { self.reduce_once(*vector, TWO_Q) } else { self.make_positive(*vector, TWO_Q) };
            *vector = self.reduce_once(below_two_q, Q);
        }
    }

    /// The inverse transform's `stages`.
    fn inverse_stages(
        &mut self,
        vectors: &mut [usize],
        reduced: bool,
        longest: usize,
        factor: impl Fn(usize, usize) -> Factor,
    ) {
        let mut half = 1;
        while 2 * half <= longest {
            let blocks = vectors.len() / (2 * half);
            for butterfly in 0..vectors.len() / 2 {
                let (block, i) = (butterfly / half, butterfly % half);
                let (low, high) = (2 * half * block + i, 2 * half * block + i + half);
                let (a, b) = (vectors[low], vectors[high]);
                let difference = self.binary("vpsubd", b, a);
                let difference = self.with_constant("vpaddd", difference, TWO_Q);
                let sum = self.binary("vpaddd", a, b);
                vectors[low] = if reduced && half == 1 { sum } else { self.reduce_once(sum, TWO_Q) };
                vectors[high] = self.product(difference, &factor(2 * (blocks - 1) - block, i));
            }
            half *= 2;
        }
    }

    /// The instructions in the order of the scheduler, with registers.
    fn schedule(&self) -> Vec<String> {
        let operations = &self.0;
        // Operations that still need a result, and the length of the longest chain from an operation to the end.
        let mut users = vec![0; operations.len()];
        let mut chain = vec![1; operations.len()];
        for (i, operation) in operations.iter().enumerate().rev() {
            for &operand in &operation.operands {
                users[operand] += 1;
                chain[operand] = chain[operand].max(chain[i] + 1);
            }
        }
        let mut waiting: Vec<usize> = (0..operations.len()).collect();
        waiting.sort_by_key(|&i| (Reverse(chain[i]), i));

        let mut done_in: Vec<Option<usize>> = vec![None; operations.len()];
        let mut registers = vec![usize::MAX; operations.len()];
        let mut free: Vec<usize> = (0..REGISTERS).rev().collect();
        let mut lines = Vec::new();
        for step in 0.. {
            let mut taken = Vec::new();
            let mut at = 0;
            while at < waiting.len() {
                let i = waiting[at];
                let operation = &operations[i];
                let is_computed = |&o: &usize| done_in[o].is_some_and(|done| done < step);
                let has_register =
                    !operation.has_result || !free.is_empty() || operation.operands.iter().any(|&o| users[o] == 1);
                if taken.contains(&operation.kind()) || !has_register || !operation.operands.iter().all(is_computed) {
                    at += 1;
                    continue;
                }
                waiting.remove(at);
                taken.push(operation.kind());
                done_in[i] = Some(step);

                let mut text = operation.text.clone();
                for (letter, &operand) in ["A", "B"].iter().zip(&operation.operands) {
                    text = with_register(&text, letter, registers[operand]);
                    users[operand] -= 1;
                    if users[operand] == 0 {
                        free.push(registers[operand]);
                    }
                }
                if operation.is_merge {
                    registers[i] = registers[operation.operands[0]];
                    let merged = free.iter().position(|&register| register == registers[i]);
                    free.remove(merged.expect("a merge is the last that needs the value that it changes"));
                } else if operation.has_result {
                    registers[i] = free.pop().expect("a register is free, or was set free");
                }
                if operation.has_result {
                    text = with_register(&text, "D", registers[i]);
                }
                lines.push(text);
            }
            if waiting.is_empty() {
                break;
            }
            assert!(!taken.is_empty(), "no register is left for any operation");
        }
        lines
    }
}

/// The placeholder `letter`, a word of its own in an instruction, becomes a register.
fn with_register(text: &str, letter: &str, register: usize) -> String {
    let name = format!("zmm{register}");
    let mut out = String::new();
    for (i, word) in text.split_inclusive([' ', ',', '{']).enumerate() {
        let end = word.trim_end_matches([' ', ',', '{']);
        if i > 0 && end == letter {
            out += &name;
            out += &word[end.len()..];
        } else {
            out += word;
        }
    }
    out
}

/// The addresses of the eight parts of a block, `rax` bytes apart, from `rdi` on.
fn part(k: usize, offset: usize) -> String {
    let base =
        ["rdi", "rdi + rax", "rdi + 2*rax", "rdi + rdx", "rdi + 4*rax", "rdi + r8", "rdi + 2*rdx", "rdi + r9"][k];
    format!("{base} + {offset}")
}

/// A loop around an iteration: `rcx` iterations.
fn assembly(setup: &str, network: &Network, advance: &str) -> String {
    let mut text = String::from("// Written by generator.rs; do not edit.\n");
    text += "mov r10d, 0x5555\nkmovw k1, r10d\nvpbroadcastd zmm31, r11d\nvpaddd zmm30, zmm31, zmm31\n";
    text += setup;
    text += "2:\n";
    for line in network.schedule() {
        writeln!(text, "{line}").expect("a string takes what is written");
    }
    text += advance;
    text += "dec rcx\njnz 2b\n";
    text
}

/// Columns that an iteration of a pass interleaves.
const COLUMNS: usize = 2;

const PASS_SETUP: &str = "lea rdx, [rax + 2*rax]\nlea r8, [rax + 4*rax]\nlea r9, [rdx + 4*rax]\n";

fn forward_pass(reduced: bool) -> String {
    let mut network = Network::default();
    for column in 0..COLUMNS {
        let mut vectors: Vec<usize> = (0..8).map(|k| network.load(&part(k, 64 * column))).collect();
        network.forward_stages(&mut vectors, reduced, |index| Factor::broadcast("rsi", index));
        network.make_plain(&mut vectors);
        for (k, &vector) in vectors.iter().enumerate() {
            network.store(vector, &part(k, 64 * column));
        }
    }
    assembly(PASS_SETUP, &network, &format!("add rdi, {}\n", 64 * COLUMNS))
}

fn forward_rows() -> String {
    let mut network = Network::default();
    let mut vectors: Vec<usize> = (0..16).map(|k| network.load(&format!("rdi + {}", 64 * k))).collect();
    network.forward_stages(&mut vectors, false, |index| Factor::broadcast("rsi", index));
    network.make_plain(&mut vectors);
    for (k, &vector) in vectors.iter().enumerate() {
        network.store(vector, &format!("rdi + {}", 64 * k));
    }
    assembly("", &network, "add rdi, 1024\nadd rsi, 120\n")
}

fn forward_columns() -> String {
    let mut network = Network::default();
    let mut vectors: Vec<usize> = (0..16).map(|k| network.load(&format!("rdi + {}", 64 * k))).collect();
    network.transpose(&mut vectors);
    network.forward_stages(&mut vectors, false, |index| Factor::per_lane("rsi", index));
    network.reduce(&mut vectors);
    network.transpose(&mut vectors);
    for (k, &vector) in vectors.iter().enumerate() {
        network.store(vector, &format!("rdi + {}", 64 * k));
    }
    assembly("", &network, "add rdi, 1024\nadd rsi, 1920\n")
}

fn inverse_columns() -> String {
    let mut network = Network::default();
    for k in 0..16 {
        // Four tiles ahead, as the generic code does where there is a source; in place it costs nothing that shows.
        network.prefetch(&format!("rdx + {}", 4 * 1024 + 64 * k));
    }
    let mut vectors: Vec<usize> = (0..16).map(|k| network.load(&format!("rdx + {}", 64 * (15 - k)))).collect();
    network.transpose(&mut vectors);
    network.inverse_stages(&mut vectors, true, 16, |index, _| Factor::per_lane("rsi", index));
    network.transpose(&mut vectors);
    for (k, &vector) in vectors.iter().enumerate() {
        network.store(vector, &format!("rdi + {}", 64 * k));
    }
    assembly("", &network, "add rdx, 1024\nadd rdi, 1024\nsub rsi, 1920\n")
}

fn inverse_rows() -> String {
    let mut network = Network::default();
    let mut vectors: Vec<usize> = (0..16).map(|k| network.load(&format!("rdi + {}", 64 * (15 - k)))).collect();
    network.inverse_stages(&mut vectors, false, 16, |index, _| Factor::broadcast("rsi", index));
    for (k, &vector) in vectors.iter().enumerate() {
        network.store(vector, &format!("rdi + {}", 64 * k));
    }
    assembly("", &network, "add rdi, 1024\nsub rsi, 120\n")
}

fn inverse_pass() -> String {
    let mut network = Network::default();
    for column in 0..COLUMNS {
        let mut vectors: Vec<usize> = (0..8).map(|k| network.load(&part(k, 64 * column))).collect();
        network.inverse_stages(&mut vectors, false, 8, |index, _| Factor::broadcast("rsi", index));
        for (k, &vector) in vectors.iter().enumerate() {
            network.store(vector, &part(k, 64 * column));
        }
    }
    assembly(PASS_SETUP, &network, &format!("add rdi, {}\n", 64 * COLUMNS))
}

/// `r12` points to the factors over N, `r13` to 1 / N.
fn inverse_last_pass() -> String {
    let mut network = Network::default();
    let factor = |index: usize, butterfly: usize| Factor::broadcast(if butterfly == 0 { "r12" } else { "rsi" }, index);
    for column in 0..COLUMNS {
        let mut vectors: Vec<usize> = (0..8).map(|k| network.load(&part(k, 64 * column))).collect();
        network.inverse_stages(&mut vectors, false, 4, factor);
        for k in 0..4 {
            let (a, b) = (vectors[k], vectors[k + 4]);
            let difference = network.binary("vpsubd", b, a);
            let difference = network.with_constant("vpaddd", difference, TWO_Q);
            let sum = network.binary("vpaddd", a, b);
            let below_two_q = if k == 0 {
                network.product(sum, &Factor::broadcast("r13", 0))
            } else {
                network.reduce_once(sum, TWO_Q)
            };
            let product = network.product(difference, &factor(0, k));
            vectors[k] = network.reduce_once(below_two_q, Q);
            vectors[k + 4] = network.reduce_once(product, Q);
        }
        for (k, &vector) in vectors.iter().enumerate() {
            network.store(vector, &part(k, 64 * column));
        }
    }
    assembly(PASS_SETUP, &network, &format!("add rdi, {}\n", 64 * COLUMNS))
}

/// Every kernel: the name of its file, and its text.
fn kernels() -> Vec<(&'static str, String)> {
    vec![
        ("forward_first_pass", forward_pass(true)),
        ("forward_pass", forward_pass(false)),
        ("forward_rows", forward_rows()),
        ("forward_columns", forward_columns()),
        ("inverse_columns", inverse_columns()),
        ("inverse_rows", inverse_rows()),
        ("inverse_pass", inverse_pass()),
        ("inverse_last_pass", inverse_last_pass()),
    ]
}

/// Where a kernel's file is.
fn path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/simd/ordered/avx512/{name}.s"))
}

#[test]
fn the_files_are_what_the_generator_writes() {
    for (name, text) in kernels() {
        let file = std::fs::read_to_string(path(name)).unwrap();
        assert!(file == text, "{name}.s is not what the generator writes; run its ignored test");
    }
}

#[test]
#[ignore = "writes the assembly anew: cargo test -p hear-kernels --lib write_the_ordered_loops -- --ignored"]
fn write_the_ordered_loops() {
    for (name, text) in kernels() {
        std::fs::write(path(name), text).unwrap();
    }
}

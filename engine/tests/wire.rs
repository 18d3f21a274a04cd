//! Files: round trips, and refusal of everything that is not exactly what was written.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::Arc;

use hear_engine::params::{Parameters, ParametersLiteral, PrimeIndex};
use hear_engine::ring::Context;
use hear_engine::rlwe::{
    Ciphertext, CompressedKey, KeySwitchSpec, KeyTarget, PublicKey, PublicSeed, Purpose, Randomness, SecretKey,
    encrypt_with_secret,
};
use hear_engine::wire::{
    CiphertextHeader, CiphertextReader, CiphertextWriter, EvaluationKeyReader, EvaluationKeyWriter, Fault, FileReader,
    FileWriter, Header, Kind, PublicKeyFile, SecretKeyFile, StoredPlan, WireError, write_public_key, write_secret_key,
};
use hear_kernels::simd::Isa;
use tempfile::TempDir;

const SEED: PublicSeed = PublicSeed([4; 32]);
const PLAN: [u8; 32] = [5; 32];

struct Fixture {
    context: Arc<Context>,
    secret: SecretKey,
    public: PublicKey,
    header: Header,
    directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let mut literal = ParametersLiteral::uniform("wire", 10, 2, 1);
        literal.q_bits = vec![25, 20];
        let parameters = Parameters::new_insecure(literal).unwrap();
        let context = Context::new(&parameters, Isa::detect());
        let secret = SecretKey::generate(&context, &randomness()).unwrap();
        let public = PublicKey::generate(&context, &secret, SEED, &randomness()).unwrap();
        let header = Header::new(&parameters, vec![stored(b"a plan"), stored(b"another")], true);
        Self { context, secret, public, header, directory: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn ciphertext(&self) -> Ciphertext {
        let coefficients = vec![77; self.context.n()];
        let mut stream = randomness().stream(&Purpose::Encryption { row: 12, ciphertext: 0 }).unwrap();
        encrypt_with_secret(&self.context, &self.secret, &coefficients, 2, 1024.0, &mut stream)
    }

    fn specs(&self) -> Vec<KeySwitchSpec> {
        let spec = |target, limbs| KeySwitchSpec::one_digit_a_limb(self.context.parameters(), target, limbs);
        vec![spec(KeyTarget::Relinearize, 2), spec(KeyTarget::Rotate(-3), 1)]
    }

    fn write_evaluation_keys(&self, path: &Path) -> Vec<CompressedKey> {
        let specs = self.specs();
        let mut writer = EvaluationKeyWriter::create(path, &self.header, &self.context, &self.public, &specs).unwrap();
        let keys = specs
            .iter()
            .map(|spec| CompressedKey::generate(&self.context, &self.secret, spec, SEED, &randomness()).unwrap());
        let keys: Vec<_> = keys.collect();
        keys.iter().for_each(|key| writer.write(key).unwrap());
        writer.finish().unwrap();
        keys
    }

    fn read_evaluation_keys(&self, path: &Path) -> Result<Vec<CompressedKey>, WireError> {
        let mut reader = EvaluationKeyReader::open(path)?;
        let mut keys = Vec::new();
        while let Some(key) = reader.next_key(&self.context)? {
            keys.push(key);
        }
        reader.finish()?;
        Ok(keys)
    }
}

fn stored(bytes: &[u8]) -> StoredPlan {
    StoredPlan { hash: *blake3::hash(bytes).as_bytes(), bytes: bytes.to_vec() }
}

fn randomness() -> Randomness {
    Randomness::from_seed_insecure([6; 32])
}

/// A change of a file's bytes, and a test of the fault that reading it must find.
type Damage = (&'static str, fn(&mut Vec<u8>), fn(&Fault) -> bool);

#[test]
fn every_kind_of_file_reads_as_it_was_written() {
    let fixture = Fixture::new();
    let context = &fixture.context;

    let path = fixture.path("secret.key");
    write_secret_key(&path, &fixture.header, &fixture.secret).unwrap();
    let file = SecretKeyFile::read(&path).unwrap();
    assert_eq!(file.header(), &fixture.header);
    assert!(!format!("{file:?}").contains("-1"), "a secret shows");
    assert_eq!(file.into_key(context).unwrap().coefficients(), fixture.secret.coefficients());

    let path = fixture.path("public.key");
    let key = PublicKey::generate(context, &fixture.secret, SEED, &randomness()).unwrap();
    write_public_key(&path, &fixture.header, context, &key).unwrap();
    let file = PublicKeyFile::read(&path).unwrap();
    assert_eq!(file.header(), &fixture.header);
    let again = file.into_key(context).unwrap();
    assert_eq!(again.seed(), SEED);
    for i in 0..key.basis().len() {
        assert_eq!(again.pair(i), key.pair(i));
    }

    let path = fixture.path("evaluation.key");
    let keys = fixture.write_evaluation_keys(&path);
    let reader = EvaluationKeyReader::open(&path).unwrap();
    assert_eq!((reader.header(), reader.seed(), reader.keys()), (&fixture.header, SEED, &*fixture.specs()));
    let again = fixture.read_evaluation_keys(&path).unwrap();
    assert_eq!(again.len(), keys.len());
    for (key, again) in keys.iter().zip(&again) {
        assert_eq!((key.spec(), key.words()), (again.spec(), again.words()));
    }

    let ciphertext = fixture.ciphertext();
    for kind in [Kind::Ciphertext, Kind::Result] {
        let path = fixture.path("row-000012.ct");
        write_ciphertext(&path, kind, context, &ciphertext, [7; 32], 12, true).unwrap();
        let (header, again) = read_ciphertext(&path, kind, context).unwrap();
        assert!(again == ciphertext);
        assert_eq!((header.rows.clone(), header.scale, header.insecure), (12..13, 1024.0, true));
        assert!(header.check_packing(&[7; 32]).is_ok());
        assert!(matches!(header.check_packing(&[8; 32]), Err(Fault::OtherPlan { what: "packing", .. })));
        // Two limbs of 1024 pairs of residues with 25 and 20 bits, two hashes, and a header of less than 200 bytes.
        let payload = 2 * 1024 * (25 + 20) / 8;
        let bytes = fs::metadata(&path).unwrap().len();
        assert!((payload + 64..payload + 264).contains(&bytes), "{bytes} bytes");
    }
}

/// A file with one ciphertext of one row.
fn write_ciphertext(
    path: &Path,
    kind: Kind,
    context: &Context,
    ciphertext: &Ciphertext,
    packing_hash: [u8; 32],
    row: u64,
    insecure: bool,
) -> Result<(), WireError> {
    write_ciphertexts(path, kind, context, slice::from_ref(ciphertext), packing_hash, row..row + 1, insecure)
}

fn write_ciphertexts(
    path: &Path,
    kind: Kind,
    context: &Context,
    ciphertexts: &[Ciphertext],
    packing_hash: [u8; 32],
    rows: Range<u64>,
    insecure: bool,
) -> Result<(), WireError> {
    let header = CiphertextHeader {
        parameters_hash: context.parameters().hash(),
        packing_hash,
        rows,
        count: u32::try_from(ciphertexts.len()).unwrap(),
        limbs: ciphertexts[0].basis().to_vec(),
        scale: ciphertexts[0].scale(),
        insecure,
    };
    let mut writer = CiphertextWriter::create(path, kind, context, &header)?;
    ciphertexts.iter().try_for_each(|ciphertext| writer.write(ciphertext))?;
    writer.finish()
}

fn read_ciphertext(path: &Path, kind: Kind, context: &Context) -> Result<(CiphertextHeader, Ciphertext), WireError> {
    let mut reader = CiphertextReader::open(path, kind, context)?;
    let ciphertext = reader.read()?;
    Ok((reader.finish()?, ciphertext))
}

#[test]
fn several_ciphertexts_stand_in_a_file_and_all_of_them_are_asked_for() {
    let fixture = Fixture::new();
    let (path, context) = (fixture.path("rows.ct"), &fixture.context);
    let ciphertexts = [fixture.ciphertext(), fixture.ciphertext(), fixture.ciphertext()];
    let write = |count: usize| {
        write_ciphertexts(&path, Kind::Ciphertext, context, &ciphertexts[..count], PLAN, 5..9, false).unwrap();
        CiphertextReader::open(&path, Kind::Ciphertext, context).unwrap()
    };
    let mut reader = write(3);
    assert_eq!((reader.header().count, &reader.header().rows), (3, &(5..9)));
    for ciphertext in &ciphertexts {
        assert!(reader.read().unwrap() == *ciphertext);
    }
    assert!(reader.read().unwrap_err().to_string().contains("its payload is shorter than its header asks for"));
    let mut reader = write(2);
    reader.read().unwrap();
    assert!(reader.finish().unwrap_err().to_string().contains("its payload is longer than its header asks for"));
}

#[test]
fn the_header_s_plan_and_parameters_are_checked() {
    let fixture = Fixture::new();
    let plan = StoredPlan { hash: PLAN, bytes: Vec::new() };
    assert!(plan.check(&PLAN).is_ok());
    let sentence = plan.check(&[0xab; 32]).unwrap_err().to_string();
    assert!(sentence.starts_with("it was made for another plan (hash 0505") && sentence.contains("expected abab"));

    assert_eq!(fixture.header.parameters_insecure().unwrap().hash(), fixture.context.parameters().hash());
    let sentence = fixture.header.parameters().unwrap_err().to_string();
    assert!(sentence.starts_with("its parameters are refused: the primes multiply to 75.0 bits"), "{sentence}");

    let other = Parameters::new_insecure(ParametersLiteral::uniform("other", 10, 2, 1)).unwrap();
    let mut forged = fixture.header.clone();
    forged.parameters_hash = other.hash();
    assert!(matches!(forged.parameters_insecure(), Err(Fault::OtherParameters { .. })));

    let other = Context::new(&other, Isa::detect());
    let path = fixture.path("secret.key");
    write_secret_key(&path, &fixture.header, &fixture.secret).unwrap();
    let refused = SecretKeyFile::read(&path).unwrap().into_key(&other);
    assert!(matches!(refused, Err(Fault::OtherParameters { .. })));
    let path = fixture.path("row.ct");
    let ciphertext = fixture.ciphertext();
    write_ciphertext(&path, Kind::Ciphertext, &fixture.context, &ciphertext, PLAN, 0, false).unwrap();
    let error = read_ciphertext(&path, Kind::Ciphertext, &other).unwrap_err();
    assert!(matches!(error.fault, Fault::OtherParameters { .. }));
    let path = fixture.path("evaluation.key");
    fixture.write_evaluation_keys(&path);
    let error = EvaluationKeyReader::open(&path).unwrap().next_key(&other).unwrap_err();
    assert!(matches!(error.fault, Fault::OtherParameters { .. }));
}

#[test]
fn each_way_to_be_wrong_has_its_own_sentence() {
    let fixture = Fixture::new();
    let path = fixture.path("row.ct");
    write_ciphertext(&path, Kind::Ciphertext, &fixture.context, &fixture.ciphertext(), PLAN, 0, false).unwrap();
    let intact = fs::read(&path).unwrap();
    let damages: [Damage; 11] = [
        ("empty", Vec::clear, |fault| matches!(fault, Fault::Empty)),
        ("text", |bytes| *bytes = b"0.5,0.25\n".repeat(99), |fault| matches!(fault, Fault::Foreign)),
        ("short text", |bytes| *bytes = b"0".to_vec(), |fault| matches!(fault, Fault::Foreign)),
        ("the magic alone", |bytes| bytes.truncate(8), |fault| matches!(fault, Fault::Truncated { .. })),
        ("a byte missing", |bytes| bytes.truncate(bytes.len() - 1), |fault| matches!(fault, Fault::Truncated { .. })),
        ("a byte more", |bytes| bytes.push(0), |fault| matches!(fault, Fault::TooLong { .. })),
        ("version", |bytes| bytes[8] = 9, |fault| matches!(fault, Fault::Version { found: 9, expected: 4 })),
        ("kind", |bytes| bytes[10] = 1, |fault| matches!(fault, Fault::Kind { found: Kind::SecretKey, .. })),
        ("no kind", |bytes| bytes[10] = 99, |fault| matches!(fault, Fault::UnknownKind { found: 99, .. })),
        ("header", |bytes| bytes[30] ^= 1, |fault| matches!(fault, Fault::Corrupted)),
        ("payload", |bytes| bytes[2000] ^= 1, |fault| matches!(fault, Fault::Corrupted)),
    ];
    let mut sentences = std::collections::BTreeSet::new();
    for (name, damage, expected) in damages {
        let mut bytes = intact.clone();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let error = read_ciphertext(&path, Kind::Ciphertext, &fixture.context).unwrap_err();
        assert!(expected(&error.fault), "{name}: {error}");
        let sentence = error.to_string();
        assert!(sentence.starts_with(&format!("{}: ", path.display())) && !sentence.contains('\n'), "{sentence}");
        sentences.insert(error.fault.to_string());
    }
    assert!(sentences.len() >= 9, "{sentences:?}");

    let missing = read_ciphertext(&fixture.path("no such file"), Kind::Ciphertext, &fixture.context).unwrap_err();
    assert!(missing.to_string().contains("cannot open the file"), "{missing}");
    let directory = read_ciphertext(fixture.directory.path(), Kind::Ciphertext, &fixture.context).unwrap_err();
    assert!(matches!(directory.fault, Fault::NotAFile), "{directory}");
}

/// Reads a file whole.
type Reader<'a> = Box<dyn Fn(&Path) -> Result<(), WireError> + 'a>;

/// A file to damage, and its reader.
struct Victim<'a> {
    path: PathBuf,
    read: Reader<'a>,
}

impl Victim<'_> {
    /// The file open to be damaged in place, and its length.
    fn open(&self) -> (File, u64) {
        assert!((self.read)(&self.path).is_ok());
        let file = OpenOptions::new().write(true).open(&self.path).unwrap();
        let length = file.metadata().unwrap().len();
        (file, length)
    }
}

fn victims(fixture: &Fixture) -> [Victim<'_>; 3] {
    let [secret, ciphertext, keys] = ["secret.key", "row.ct", "evaluation.key"].map(|name| fixture.path(name));
    write_secret_key(&secret, &fixture.header, &fixture.secret).unwrap();
    write_ciphertext(&ciphertext, Kind::Result, &fixture.context, &fixture.ciphertext(), PLAN, 0, false).unwrap();
    fixture.write_evaluation_keys(&keys);
    [
        Victim { path: secret, read: Box::new(|path| SecretKeyFile::read(path).map(|_| ())) },
        Victim {
            path: ciphertext,
            read: Box::new(|path| read_ciphertext(path, Kind::Result, &fixture.context).map(|_| ())),
        },
        Victim { path: keys, read: Box::new(|path| fixture.read_evaluation_keys(path).map(|_| ())) },
    ]
}

#[test]
fn a_change_of_any_byte_is_found() {
    let fixture = Fixture::new();
    for victim in victims(&fixture) {
        let (mut file, length) = victim.open();
        for (i, &byte) in fs::read(&victim.path).unwrap().iter().enumerate() {
            let mut write = |byte: u8| {
                file.seek(SeekFrom::Start(i as u64)).unwrap();
                file.write_all(&[byte]).unwrap();
            };
            write(byte ^ (1 << (i % 8)));
            assert!((victim.read)(&victim.path).is_err(), "{}: byte {i} of {length}", victim.path.display());
            write(byte);
        }
    }
}

#[test]
fn truncation_at_any_length_is_found() {
    let fixture = Fixture::new();
    for victim in victims(&fixture) {
        let (file, full) = victim.open();
        for length in (0..full).rev() {
            file.set_len(length).unwrap();
            let error = (victim.read)(&victim.path).unwrap_err();
            let expected = match error.fault {
                Fault::Empty => length == 0,
                Fault::Truncated { bytes, .. } => bytes == length,
                _ => false,
            };
            assert!(expected, "{length} bytes of {full}: {error}");
        }
    }
}

/// Writes a file with right hashes and anything in it.
fn forge(path: &Path, kind: Kind, header: &CiphertextHeader, payload: &[u8]) {
    let mut writer = FileWriter::create(path, kind, header, payload.len() as u64).unwrap();
    writer.write_bytes(payload).unwrap();
    writer.finish().unwrap();
}

#[test]
fn right_hashes_around_wrong_content_do_not_help() {
    let fixture = Fixture::new();
    let path = fixture.path("row.ct");
    let good = CiphertextHeader {
        parameters_hash: fixture.context.parameters().hash(),
        packing_hash: PLAN,
        rows: 0..1,
        count: 1,
        limbs: PrimeIndex::first(1),
        scale: 2.0,
        insecure: false,
    };
    let payload = vec![0; 2 * 1024 * 25 / 8];
    let refused = |header: &CiphertextHeader, payload: &[u8]| {
        forge(&path, Kind::Ciphertext, header, payload);
        match read_ciphertext(&path, Kind::Ciphertext, &fixture.context).unwrap_err().fault {
            Fault::Malformed { reason } => reason,
            other => panic!("{other}"),
        }
    };
    forge(&path, Kind::Ciphertext, &good, &payload);
    assert!(read_ciphertext(&path, Kind::Ciphertext, &fixture.context).is_ok());
    let full = vec![0xff; payload.len()];
    assert!(refused(&good, &full).contains("not below their primes"));
    assert!(refused(&good, &payload[1..]).contains("payload has 6399 bytes, its header asks for 6400"));
    for limbs in [vec![], vec![PrimeIndex(3)], PrimeIndex::first(100_000), vec![PrimeIndex(0); 2]] {
        assert!(refused(&CiphertextHeader { limbs, ..good.clone() }, &payload).contains("no distinct primes"));
    }
    let none = CiphertextHeader { count: 0, ..good.clone() };
    assert!(refused(&none, &[]).contains("0 ciphertexts of the rows 0..1"));
    assert!(refused(&CiphertextHeader { rows: 7..7, ..good.clone() }, &payload).contains("of the rows 7..7"));
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-310] {
        assert!(refused(&CiphertextHeader { scale, ..good.clone() }, &payload).contains("its scale is"));
    }

    // A secret key with the digit that stands for no coefficient.
    let path = fixture.path("secret.key");
    let mut writer = FileWriter::create(&path, Kind::SecretKey, &fixture.header, 256).unwrap();
    writer.write_bytes(&[0xff; 256]).unwrap();
    writer.finish().unwrap();
    assert!(SecretKeyFile::read(&path).unwrap_err().to_string().contains("is not -1, 0 or 1"));

    // A header that is another structure.
    FileWriter::create(&path, Kind::SecretKey, &[255_u8; 3], 0).unwrap().finish().unwrap();
    assert!(matches!(SecretKeyFile::read(&path).unwrap_err().fault, Fault::Malformed { .. }));
}

#[test]
fn writers_hold_what_they_announced_or_leave_nothing() {
    let fixture = Fixture::new();
    let path = fixture.path("model");
    let create = || FileWriter::create(&path, Kind::PreparedModel, &"header", 4).unwrap();
    let mut writer = create();
    assert!(writer.write_bytes(&[0; 5]).is_err());
    writer.write_bytes(&[0; 3]).unwrap();
    assert!(writer.finish().unwrap_err().to_string().contains("less was written than announced"));
    let mut writer = create();
    writer.write_bytes(&[1, 2, 3, 4]).unwrap();
    drop(writer);
    assert_eq!(fs::read_dir(fixture.directory.path()).unwrap().count(), 0, "files left behind");

    let mut writer = create();
    writer.write_residues(&[1, 2, 3, 4], 8).unwrap();
    writer.finish().unwrap();
    let mut reader = FileReader::<String>::open(&path, Kind::PreparedModel).unwrap();
    assert_eq!((reader.header().as_str(), reader.payload_bytes()), ("header", 4));
    let mut residues = [0; 4];
    reader.read_residues(&mut residues[..3], 8).unwrap();
    assert!(reader.read_bytes(&mut [0; 2]).is_err(), "more than there is");
    assert!(reader.finish().unwrap_err().to_string().contains("longer than its header asks for"));
    let mut reader = FileReader::<String>::open(&path, Kind::PreparedModel).unwrap();
    reader.read_residues(&mut residues, 8).unwrap();
    assert_eq!(residues, [1, 2, 3, 4]);
    assert_eq!(reader.finish().unwrap(), "header");

    // Keys in another order than announced.
    let path = fixture.path("evaluation.key");
    let specs = fixture.specs();
    let mut writer =
        EvaluationKeyWriter::create(&path, &fixture.header, &fixture.context, &fixture.public, &specs).unwrap();
    let second = CompressedKey::generate(&fixture.context, &fixture.secret, &specs[1], SEED, &randomness()).unwrap();
    assert!(writer.write(&second).unwrap_err().to_string().contains("not the next one announced"));
}

#[test]
fn an_unwritable_place_is_named() {
    let fixture = Fixture::new();
    let path = fixture.path("no such directory").join("secret.key");
    let error = write_secret_key(&path, &fixture.header, &fixture.secret).unwrap_err();
    assert!(error.to_string().contains("no such directory") && error.to_string().contains("cannot create the file"));
}

#[cfg(unix)]
#[test]
fn secret_keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let fixture = Fixture::new();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let path = fixture.path("secret.key");
    // Also where an open file had the name before.
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    write_secret_key(&path, &fixture.header, &fixture.secret).unwrap();
    assert_eq!(mode(&path), 0o600);
    let path = fixture.path("row.ct");
    write_ciphertext(&path, Kind::Ciphertext, &fixture.context, &fixture.ciphertext(), PLAN, 0, false).unwrap();
    assert_ne!(mode(&path), 0o600, "others may read ciphertexts as far as the user's mask allows");
}

//! The test set that comes with the crate.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::input::Clip;
use crate::metrics::{CLASSES, Class};
use crate::network::INPUT_VALUES;

/// The seed of the shipped test set. Networks judged by it must be fitted to training clips, of this seed or another.
pub const TEST_SET_SEED: u64 = 1;

/// Rows of a label and 960 values with five decimals, as [`generate`](super::generate) made them; compressed with gzip.
const ROWS: &[u8] = include_bytes!("../../data/synthetic-test.csv.gz");

/// The shipped test set: 608 clips, 29 of them falls, with their labels.
///
/// It is what [`generate`](super::generate) makes for [`TEST_SET_SEED`], [`Split::Test`](super::Split::Test) and [`Size::TEST`](super::Size::TEST), rounded to five decimals, and
/// stays the same should the generator ever change.
///
/// # Panics
/// If the crate was built with a damaged file; a test sees to it that it is not.
#[must_use]
pub fn test_set() -> (Vec<Clip>, Vec<Class>) {
    text(ROWS).lines().map(parse).unzip()
}

/// What the compressed bytes hold.
fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).expect("the embedded test set is compressed text");
    text
}

/// Clip and label of a row.
fn parse(row: &str) -> (Clip, Class) {
    let mut fields = row.split(',').map(|field| field.parse::<f64>().expect("the embedded test set holds numbers"));
    let mut next = || fields.next().expect("the embedded test set has 961 columns");
    let label = next();
    let clip = std::array::from_fn::<f64, INPUT_VALUES, _>(|_| next());
    let class = CLASSES.into_iter().find(|class| class.index() as f64 == label);
    (clip, class.expect("the embedded test set has labels from 0 to 9"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::{Sample, Size, Split, generate};
    use super::*;

    /// The rows of the shipped file, made anew.
    fn rows() -> String {
        let row = |sample: &Sample| {
            let values = sample.clip.map(|value| format!("{}", (value * 1e5).round() / 1e5));
            format!("{},{}\n", sample.class.index(), values.join(","))
        };
        generate(TEST_SET_SEED, Split::Test, Size::TEST).iter().map(row).collect()
    }

    #[test]
    fn the_generator_still_makes_the_shipped_test_set() {
        let (shipped, made) = (text(ROWS), rows());
        for (index, (shipped, made)) in shipped.lines().zip(made.lines()).enumerate() {
            assert!(shipped == made, "row {index} is another one");
        }
        assert_eq!(shipped.lines().count(), made.lines().count());
    }

    #[test]
    fn the_shipped_test_set_is_the_paper_s_in_size() {
        let (clips, classes) = test_set();
        assert_eq!((clips.len(), classes.len()), (608, 608));
        assert_eq!(classes.iter().filter(|&&class| class == Class::Fall).count(), 29);
        assert!(clips.as_flattened().iter().all(|value| (0.0..=1.0).contains(value)));
        assert!(ROWS.len() < 2_000_000, "{} bytes", ROWS.len());
    }

    /// Replaces the file; the crate has to be built again afterwards.
    #[test]
    #[ignore = "writes data/synthetic-test.csv.gz; run it by name after a deliberate change of the generator"]
    fn write_the_shipped_test_set() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(rows().as_bytes()).unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/synthetic-test.csv.gz");
        std::fs::write(path, encoder.finish().unwrap()).unwrap();
    }
}

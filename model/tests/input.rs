//! Reading rows, labels and logits: what is accepted, and one sentence for everything else.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

use std::path::PathBuf;

use hear_model::input::{
    InputError, RowRange, read_all_rows, read_labels, read_logits, read_rows, seeded_clips, write_clips, write_labels,
};
use hear_model::metrics::{CLASSES, Class};
use hear_model::text::TextError;
use tempfile::TempDir;

/// A file in a folder that lives as long as the guard.
fn file(content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input.csv");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// A row of `columns` numbers that differ from those of other rows.
fn row(number: usize, columns: usize) -> Vec<String> {
    (0..columns).map(|column| format!("{}", (number * 2000 + column) as f64 / 8.0)).collect()
}

fn text(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.join(",") + "\n").collect()
}

fn rows(start: usize, end: usize) -> RowRange {
    RowRange::new(start, end).unwrap()
}

/// The error of reading row 0 to 2 of `content`, without the folder in its sentence.
fn error_of(content: impl AsRef<[u8]>) -> (InputError, String) {
    let (folder, path) = file(content);
    let error = read_rows(&path, rows(0, 2)).unwrap_err();
    let sentence = error.to_string().replace(&format!("{}/", folder.path().display()), "");
    (error, sentence)
}

#[test]
fn rows_of_960_and_1440_columns_give_the_same_clips() {
    let (_short, short) = file(text(&[row(0, 960), row(1, 960), row(2, 960)]));
    let (_long, long) = file(text(&[row(0, 1440), row(1, 1440), row(2, 1440)]));
    let clips = read_rows(&short, rows(1, 3)).unwrap();
    assert_eq!(clips.len(), 2);
    assert_eq!((clips[0][0], clips[1][959]), (250.0, (4000.0 + 959.0) / 8.0));
    assert_eq!(read_rows(&long, rows(1, 3)).unwrap(), clips);
    assert_eq!(read_all_rows(&long).unwrap()[1..], clips[..]);
}

#[test]
fn line_ends_spaces_and_blank_lines_do_not_matter() {
    let (_a, plain) = file(text(&[row(0, 960), row(1, 960)]));
    let (_b, spaced) = file(format!("\n{}\r\n\r\n{}", row(0, 960).join(" , "), row(1, 960).join(",")));
    assert_eq!(read_all_rows(&spaced).unwrap(), read_all_rows(&plain).unwrap());
}

#[test]
fn rows_outside_the_range_are_not_checked() {
    let (_folder, path) = file(format!("header\n{}\nfooter\n", row(1, 960).join(",")));
    assert_eq!(read_rows(&path, rows(1, 2)).unwrap().len(), 1);
}

#[test]
fn wrong_column_counts_are_refused() {
    for columns in [1, 959, 961, 1439, 1441] {
        let (_, sentence) = error_of(text(&[row(0, columns), row(1, columns)]));
        assert_eq!(sentence, format!("input.csv, line 1: {columns} columns; needed is 960 or 1440"));
    }
    let (_, sentence) = error_of(text(&[row(0, 960), row(1, 1440)]));
    assert_eq!(sentence, "input.csv, line 2: 1440 columns; needed is 960, as in the rows before");
}

#[test]
fn text_and_missing_values_are_refused() {
    for (field, shown) in [("left", "\"left\""), ("", "\"\""), ("1.5.2", "\"1.5.2\""), ("0x10", "\"0x10\"")] {
        let mut rows = [row(0, 960), row(1, 960)];
        rows[1][700] = field.to_owned();
        let (_, sentence) = error_of(text(&rows));
        assert_eq!(sentence, format!("input.csv, line 2, column 701: {shown} is not a number"));
    }
}

#[test]
fn infinite_values_and_nan_are_refused_in_the_ignored_channel_too() {
    for (field, shown) in [("nan", "NaN"), ("NaN", "NaN"), ("inf", "inf"), ("-Infinity", "-inf"), ("1e999", "inf")] {
        let mut rows = [row(0, 1440), row(1, 1440)];
        rows[0][1439] = field.to_owned();
        let (_, sentence) = error_of(text(&rows));
        assert_eq!(sentence, format!("input.csv, line 1, column 1440: {shown} is not finite"));
    }
}

#[test]
fn rows_that_do_not_exist_are_refused_with_their_number() {
    let (_, sentence) = error_of(text(&[row(0, 960)]));
    assert_eq!(sentence, "input.csv: rows 0..2 were asked for, but there are 1");
    let (_folder, path) = file(text(&[row(0, 960)]));
    for (start, end) in [(1, 2), (5, 9), (0, usize::MAX)] {
        let error = read_rows(&path, rows(start, end)).unwrap_err();
        assert!(matches!(error, InputError::RowsOutOfRange { count: 1, .. }), "{error}");
    }
}

#[test]
fn files_without_rows_are_refused() {
    for content in ["", "\n", " \r\n\n"] {
        let (error, sentence) = error_of(content);
        assert!(matches!(error, InputError::Text(TextError::Empty { .. })));
        assert_eq!(sentence, "input.csv: the file is empty");
    }
    let (_folder, path) = file("");
    assert!(read_all_rows(&path).is_err() && read_labels(&path).is_err() && read_logits(&path).is_err());
}

#[test]
fn files_that_cannot_be_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("absent.csv"), folder.path().to_path_buf()] {
        let error = read_all_rows(&path).unwrap_err();
        assert!(matches!(error, InputError::Text(TextError::Read { .. })), "{error}");
        assert!(error.to_string().starts_with(&format!("cannot read {}: ", path.display())), "{error}");
    }
    assert_eq!(error_of(b"1,2\xfe\n").1, "input.csv, line 1: not text (UTF-8)");
    let (error, _) = error_of(vec![b'7'; 3 << 20]);
    assert!(matches!(error, InputError::Text(TextError::LineTooLong { line: 1, .. })), "{error}");
}

#[test]
fn labels_are_integers_from_0_to_9() {
    let (_folder, path) = file("9\n0\r\n 3 \n");
    assert_eq!(read_labels(&path).unwrap(), [Class::Fall, Class::Clap, Class::Pour]);
    for label in ["10", "-1", "fall", "1.0", "1,2"] {
        let (folder, path) = file(format!("4\n{label}\n"));
        let sentence = read_labels(&path).unwrap_err().to_string();
        let sentence = sentence.replace(&format!("{}/", folder.path().display()), "");
        assert_eq!(sentence, format!("input.csv, line 2: {label:?} is no label; needed is an integer from 0 to 9"));
    }
}

#[test]
fn logits_come_in_tens() {
    let (_folder, path) = file("0,1,2,3,4,5,6,7,8,-9.5\n");
    assert_eq!(read_logits(&path).unwrap(), [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -9.5]]);
    let (_folder, path) = file("0,1,2\n");
    assert!(matches!(read_logits(&path), Err(InputError::Columns { line: 1, found: 3, .. })));
    let (_folder, path) = file("0,1,2,3,4,5,6,7,8,nan\n");
    assert!(matches!(read_logits(&path), Err(InputError::NotFinite { line: 1, column: 10, .. })));
}

#[test]
fn clips_and_labels_are_read_as_they_were_written() {
    let (folder, path) = file("what was there before");
    let mut clips = seeded_clips(4, 3);
    clips[1][..3].copy_from_slice(&[-1e-300, f64::MAX, 1.0 / 3.0]);
    write_clips(&path, &clips).unwrap();
    assert_eq!(read_all_rows(&path).unwrap(), clips);
    write_labels(&path, &CLASSES).unwrap();
    assert_eq!(read_labels(&path).unwrap(), CLASSES);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    assert!(write_labels(path.join("below-a-file"), &CLASSES).is_err());
}

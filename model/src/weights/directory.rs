//! The published layout: one CSV file a tensor, its size in the file's name as PyTorch prints it.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::safetensors::tensors_of;
use super::{IGNORED_SUFFIX, Tensor, Tensors, WeightsError, open_limited};
use crate::network::Network;
use crate::text::{Lines, TextError, parse_number, replace_file};

/// All tensors of a directory. Files without `_torch.Size(` in their name are none.
pub(super) fn read(directory: &Path) -> Result<Tensors, WeightsError> {
    let mut by_name = BTreeMap::<String, Tensor>::new();
    for file in sorted_files(directory)? {
        let Some((name, size)) = parse_file_name(&file)? else { continue };
        if name.ends_with(IGNORED_SUFFIX) {
            continue;
        }
        if let Some(tensor) = by_name.get(&name) {
            return Err(WeightsError::Duplicate { tensor: name, first: tensor.file.clone(), second: file });
        }
        let values = read_values(&file, &size)?;
        by_name.insert(name, Tensor { file, size, values });
    }
    if by_name.is_empty() {
        return Err(WeightsError::NoTensors { path: directory.to_path_buf() });
    }
    Ok(Tensors { origin: directory.to_path_buf(), by_name })
}

/// Sorted, so that of several errors always the same is reported.
fn sorted_files(directory: &Path) -> Result<Vec<PathBuf>, WeightsError> {
    let entries = fs::read_dir(directory).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut files: Vec<PathBuf> =
        entries.map_err(|source| WeightsError::Read { path: directory.to_path_buf(), source })?;
    files.sort();
    Ok(files)
}

/// Tensor and size from a name like `act1.c_torch.Size([1]).csv` or `x_torch.Size([]).csv`.
fn parse_file_name(file: &Path) -> Result<Option<(String, Vec<usize>)>, WeightsError> {
    let name = file.file_name().and_then(|name| name.to_str());
    let Some((tensor, rest)) = name.and_then(|name| name.split_once("_torch.Size(")) else { return Ok(None) };
    let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix("]).csv"));
    let size: Option<Vec<usize>> = inner.and_then(|inner| match inner {
        "" => Some(Vec::new()),
        _ => inner.split(", ").map(|length| length.parse().ok()).collect(),
    });
    let size = size.ok_or_else(|| WeightsError::FileName { path: file.to_path_buf() })?;
    Ok(Some((tensor.to_owned(), size)))
}

/// The values of a tensor of size `size`, one a line.
fn read_values(file: &Path, size: &[usize]) -> Result<Vec<f64>, WeightsError> {
    let mut lines = Lines::new(file, BufReader::new(open_limited(file)?));
    let needed = size.iter().try_fold(1_usize, |product, &length| product.checked_mul(length));
    let (mut values, mut found) = (Vec::new(), 0_usize);
    while let Some((line, text)) = lines.next_line()? {
        found += 1;
        // What exceeds the size is counted for the error, not kept.
        if needed.is_some_and(|needed| found <= needed) {
            values.push(parse_number(file, line, 1, text)?);
        }
    }
    if found == 0 {
        return Err(TextError::Empty { path: file.to_path_buf() }.into());
    }
    if Some(found) != needed {
        let needed = needed.map_or_else(|| "more than any file has".to_owned(), |needed| needed.to_string());
        return Err(WeightsError::ValueCount { file: file.to_path_buf(), size: size.to_vec(), found, needed });
    }
    Ok(values)
}

/// Writes every tensor of `network` as a file of `directory`.
pub(super) fn write(network: &Network, directory: &Path) -> Result<(), WeightsError> {
    let write_error = |path: &Path| {
        let path = path.to_path_buf();
        move |source| WeightsError::Write { path, source }
    };
    fs::create_dir_all(directory).map_err(write_error(directory))?;
    for file in sorted_files(directory)? {
        if parse_file_name(&file)?.is_some() {
            return Err(WeightsError::Occupied { path: directory.to_path_buf() });
        }
    }
    for (name, size, values) in tensors_of(network) {
        let file = directory.join(format!("{name}_torch.Size({size:?}).csv"));
        let text: String = values.iter().map(|value| format!("{value}\n")).collect();
        replace_file(&file, text.as_bytes()).map_err(write_error(&file))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_give_tensor_and_size() {
        let parse = |name: &str| parse_file_name(Path::new(name));
        let weight = Some(("conv2.weight".to_owned(), vec![128, 64, 3, 3]));
        assert_eq!(parse("d/conv2.weight_torch.Size([128, 64, 3, 3]).csv").unwrap(), weight);
        assert_eq!(parse("act1.c_torch.Size([1]).csv").unwrap(), Some(("act1.c".into(), vec![1])));
        assert_eq!(parse("n_torch.Size([]).csv").unwrap(), Some(("n".into(), vec![])));
        assert_eq!(parse("LICENSE").unwrap(), None);
        for name in ["a_torch.Size([x]).csv", "a_torch.Size([1, ]).csv", "a_torch.Size([-1]).csv", "a_torch.Size([1])"]
        {
            assert!(matches!(parse(name), Err(WeightsError::FileName { .. })), "{name}");
        }
    }
}

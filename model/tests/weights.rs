//! Networks in files: both formats give back what was written, and everything malformed gets one sentence.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, in their helpers too")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hear_model::input::seeded_clips;
use hear_model::network::{Dimension, MAX_WIDTH, Network, NetworkName, Shape, Source};
use hear_model::text::TextError;
use hear_model::weights::{MAX_FILE_BYTES, WeightsError};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use tempfile::TempDir;

/// Size and values.
type Tensor = (Vec<usize>, Vec<f64>);

/// A network as PyTorch would export it: `conv1` with a third input channel, counters of training steps.
struct Export(BTreeMap<String, Tensor>);

impl Export {
    /// From a seeded network; the third channel's weights are large, so that using them would show.
    fn seeded(dimension: Dimension, width: usize) -> (Network, Self) {
        let network = Network::seeded(Shape::new(dimension, width).unwrap(), 11);
        let kernel = if dimension == Dimension::TwoD { vec![3, 3] } else { vec![3] };
        let taps: usize = kernel.iter().product();
        let mut tensors = BTreeMap::new();
        for (index, layer) in network.layers().iter().enumerate() {
            let number = index + 1;
            let mut add = |name: String, size: Vec<usize>, values: &[f64]| {
                tensors.insert(name, (size, values.to_vec()));
            };
            let convolution = &layer.convolution;
            let (outputs, mut inputs) = (convolution.out_channels, convolution.in_channels);
            let mut weight = convolution.weight.clone();
            if number == 1 {
                let kernels = convolution.weight.chunks(2 * taps);
                weight = kernels.flat_map(|two| [two, &vec![1000.0; taps]].concat()).collect();
                inputs = 3;
            }
            add(format!("conv{number}.weight"), [vec![outputs, inputs], kernel.clone()].concat(), &weight);
            add(format!("conv{number}.bias"), vec![outputs], &convolution.bias);
            let bn = &layer.batch_norm;
            add(format!("bn{number}.weight"), vec![outputs], &bn.weight);
            add(format!("bn{number}.bias"), vec![outputs], &bn.bias);
            add(format!("bn{number}.running_mean"), vec![outputs], &bn.running_mean);
            add(format!("bn{number}.running_var"), vec![outputs], &bn.running_var);
            add(format!("bn{number}.num_batches_tracked"), vec![], &[2300.0]);
            add(format!("act{number}.alpha"), vec![1], &[layer.activation.alpha]);
            add(format!("act{number}.beta"), vec![], &[layer.activation.beta]);
            add(format!("act{number}.c"), vec![1], &[layer.activation.c]);
        }
        let dense = network.dense();
        tensors.insert("linear.weight".into(), (vec![10, dense.in_features], dense.weight.clone()));
        tensors.insert("linear.bias".into(), (vec![10], dense.bias.to_vec()));
        (network, Self(tensors))
    }

    fn small() -> Self {
        Self::seeded(Dimension::TwoD, 2).1
    }

    fn set(mut self, name: &str, size: &[usize], value: f64) -> Self {
        self.0.insert(name.into(), (size.to_vec(), vec![value; size.iter().product()]));
        self
    }

    fn set_value(mut self, name: &str, index: usize, value: f64) -> Self {
        self.0.get_mut(name).unwrap().1[index] = value;
        self
    }

    fn remove(mut self, name: &str) -> Self {
        self.0.remove(name).unwrap();
        self
    }

    /// The published layout.
    fn to_directory(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, (size, values)) in &self.0 {
            let lines: String = values.iter().map(|value| format!("{value}\n")).collect();
            fs::write(folder.path().join(format!("{name}_torch.Size({size:?}).csv")), lines).unwrap();
        }
        fs::write(folder.path().join("LICENSE"), "not a tensor").unwrap();
        folder
    }

    /// A safetensors file whose values `encode` writes as `dtype`; counters are I64, as PyTorch has them.
    fn to_safetensors(&self, dtype: Dtype, encode: impl Fn(f64) -> Vec<u8>) -> (TempDir, PathBuf) {
        let bytes: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = self
            .0
            .iter()
            .map(|(name, (size, values))| {
                if name.ends_with("num_batches_tracked") {
                    return (name.clone(), Dtype::I64, size.clone(), 2300_i64.to_le_bytes().to_vec());
                }
                (name.clone(), dtype, size.clone(), values.iter().flat_map(|&value| encode(value)).collect())
            })
            .collect();
        let views = bytes
            .iter()
            .map(|(name, dtype, size, bytes)| (name.clone(), TensorView::new(*dtype, size.clone(), bytes).unwrap()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("network.safetensors");
        fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
        (folder, path)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
fn f32_bytes(value: f64) -> Vec<u8> {
    (value as f32).to_le_bytes().to_vec()
}

fn same_weights(a: &Network, b: &Network) -> bool {
    a.shape() == b.shape() && a.layers() == b.layers() && a.dense() == b.dense()
}

/// The error of loading `path`, with `folder/` left out of its sentence.
fn error_of(folder: &Path, path: &Path) -> (WeightsError, String) {
    let error = Network::load(path).unwrap_err();
    let sentence = error.to_string().replace(&format!("{}/", folder.display()), "");
    (error, sentence.replace(&folder.display().to_string(), "DIR"))
}

/// The error of loading `export` from the published layout and from a safetensors file: the same variant, with the
/// sentence of the former.
fn refused(export: &Export) -> (WeightsError, String) {
    let folder = export.to_directory();
    let (error, sentence) = error_of(folder.path(), folder.path());
    let (_folder, path) = export.to_safetensors(Dtype::F64, |value| value.to_le_bytes().to_vec());
    let other = Network::load(&path).unwrap_err();
    assert_eq!(std::mem::discriminant(&error), std::mem::discriminant(&other), "{error} but {other}");
    (error, sentence)
}

#[test]
fn the_published_layout_gives_the_network_without_the_third_channel() {
    for dimension in [Dimension::OneD, Dimension::TwoD] {
        for width in [1, 3] {
            let (network, export) = Export::seeded(dimension, width);
            let folder = export.to_directory();
            let loaded = Network::load(folder.path()).unwrap();
            assert!(same_weights(&loaded, &network), "{dimension}-{width}");
            assert_eq!(*loaded.source(), Source::Path(folder.path().to_path_buf()));
            assert_eq!(loaded.source().to_string(), folder.path().display().to_string());
        }
    }
}

#[test]
fn every_floating_point_type_is_read() {
    let (network, export) = Export::seeded(Dimension::OneD, 3);
    let (_folder, path) = export.to_safetensors(Dtype::F64, |value| value.to_le_bytes().to_vec());
    assert!(same_weights(&Network::load(&path).unwrap(), &network));
    let (_folder, path) = export.to_safetensors(Dtype::F32, f32_bytes);
    assert!(same_weights(&Network::load(&path).unwrap(), &network));
    // The upper half of an f32, cut off: at most one part in 128 is lost.
    let (_folder, path) = export.to_safetensors(Dtype::BF16, |value| f32_bytes(value)[2..].to_vec());
    let (got, want) = (Network::load(&path).unwrap().layers()[2].clone(), &network.layers()[2]);
    for (got, want) in got.convolution.weight.iter().zip(&want.convolution.weight) {
        assert!((got - want).abs() <= want.abs() / 128.0, "{got} instead of {want}");
    }
    // 0x3555 is the half-precision number nearest to 1/3.
    let (_folder, path) = export.to_safetensors(Dtype::F16, |_| 0x3555_u16.to_le_bytes().to_vec());
    assert!(Network::load(&path).unwrap().dense().weight.iter().all(|&weight| weight == 0.333_251_953_125));
}

#[test]
fn a_network_survives_its_safetensors_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.safetensors");
    for dimension in [Dimension::OneD, Dimension::TwoD] {
        let network = Network::seeded(Shape::new(dimension, 3).unwrap(), 21);
        // The second round replaces the first one's file.
        network.save_safetensors(&path).unwrap();
        let loaded = Network::load(&path).unwrap();
        assert!(same_weights(&loaded, &network));
        let clip = &seeded_clips(1, 1)[0];
        assert_eq!(loaded.forward(clip), network.forward(clip));
    }
    let bytes = fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(file.tensor("conv1.weight").unwrap().shape(), [3, 2, 3, 3]);
    assert_eq!(file.tensor("act3.beta").unwrap().dtype(), Dtype::F32);
    assert_eq!(file.names().len(), 29);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left behind");
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let network = Network::seeded(Shape::new(Dimension::OneD, 1).unwrap(), 2);
    let absent = folder.path().join("absent/n.safetensors");
    let error = network.save_safetensors(&absent).unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot write {}: ", absent.display())), "{error}");
    let occupied = folder.path().join("directory.safetensors");
    fs::create_dir(&occupied).unwrap();
    assert!(matches!(network.save_safetensors(&occupied), Err(WeightsError::Write { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left behind");
}

#[test]
fn values_too_large_for_the_file_are_refused() {
    let folder = Export::small().set_value("bn2.weight", 3, -1e39).to_directory();
    let network = Network::load(folder.path()).unwrap();
    let error = network.save_safetensors(folder.path().join("n.safetensors")).unwrap_err();
    assert!(
        matches!(&error, WeightsError::NotRepresentable { tensor, index: 3, .. } if tensor == "bn2.weight"),
        "{error}"
    );
    assert!(!folder.path().join("n.safetensors").exists());
}

#[test]
fn names_paths_and_neither() {
    assert_eq!(*Network::open("1d-64").unwrap().source(), Source::Shipped(NetworkName::OneD64));
    let folder = Export::small().to_directory();
    assert_eq!(Network::open(folder.path().to_str().unwrap()).unwrap().shape().to_string(), "2d-2");
    let error = Network::open("2d-65").unwrap_err();
    assert!(matches!(error, WeightsError::UnknownNetwork(_)));
    assert!(error.to_string().contains("1d-64, 1d-128, 2d-64, 2d-128"), "{error}");
}

#[test]
fn a_missing_tensor_is_named() {
    for name in Export::small().0.keys().filter(|name| !name.ends_with("num_batches_tracked")) {
        let (_, sentence) = refused(&Export::small().remove(name));
        assert_eq!(sentence, format!("DIR: tensor {name} is missing"));
    }
}

#[test]
fn counters_of_training_steps_may_be_missing() {
    let folder = Export::small().remove("bn1.num_batches_tracked").to_directory();
    assert!(Network::load(folder.path()).is_ok());
}

#[test]
fn a_tensor_too_many_is_refused() {
    let (_, sentence) = refused(&Export::small().set("conv4.bias", &[16], 0.0));
    assert_eq!(sentence, "conv4.bias_torch.Size([16]).csv: tensor conv4.bias is in no network of this architecture");
}

#[test]
fn sizes_that_contradict_the_width_are_refused() {
    for (name, size, needed) in [
        ("conv1.bias", &[3][..], "[2]"),
        ("conv2.weight", &[4, 3, 3, 3], "[4, 2, 3, 3]"),
        ("conv3.weight", &[4, 4, 3, 3], "[8, 4, 3, 3]"),
        ("conv3.weight", &[8, 4, 3], "[8, 4, 3, 3]"),
        ("bn2.weight", &[2, 2], "[4]"),
        ("bn3.running_var", &[7], "[8]"),
        ("linear.weight", &[9, 8], "[10, 8]"),
        ("linear.weight", &[10, 16], "[10, 8]"),
        ("linear.bias", &[10, 1], "[10]"),
    ] {
        let (error, sentence) = refused(&Export::small().set(name, size, 0.5));
        assert!(matches!(error, WeightsError::Size { .. }));
        let file = format!("{name}_torch.Size({size:?}).csv");
        // The file with the right size is there no more, because its name carries the size.
        assert_eq!(
            sentence,
            format!(
                "{file}: tensor {name} has size {size:?}; needed is {needed}, because conv1.weight makes this a 2d-2 network"
            )
        );
    }
}

#[test]
fn an_activations_coefficient_is_one_number() {
    let (_, sentence) = refused(&Export::small().set("act2.beta", &[4], 0.5));
    assert_eq!(sentence, "act2.beta_torch.Size([4]).csv: tensor act2.beta has size [4]; needed is [1] or []");
    let folder = Export::small().set("act2.beta", &[], 0.5).to_directory();
    assert_eq!(Network::load(folder.path()).unwrap().layers()[1].activation.beta, 0.5);
}

#[test]
fn a_first_layer_that_reads_no_skeletons_is_refused() {
    for size in [&[2][..], &[2, 3], &[2, 1, 3, 3], &[2, 4, 3], &[2, 3, 3, 3, 3]] {
        let (error, sentence) = refused(&Export::small().set("conv1.weight", size, 0.5));
        assert!(matches!(error, WeightsError::Size { .. }));
        assert!(sentence.ends_with("needed is [width, 2 or 3, 3] (1D) or [width, 2 or 3, 3, 3] (2D)"), "{sentence}");
    }
}

#[test]
fn other_kernels_are_refused_with_the_reason() {
    for (name, size, kernel) in [
        ("conv1.weight", &[2, 3, 5, 5][..], "[5, 5]"),
        ("conv1.weight", &[2, 2, 3, 1], "[3, 1]"),
        ("conv1.weight", &[2, 3, 1], "[1]"),
        ("conv2.weight", &[4, 2, 1, 1], "[1, 1]"),
        ("conv3.weight", &[8, 4, 7, 3], "[7, 3]"),
    ] {
        let (error, sentence) = refused(&Export::small().set(name, size, 0.5));
        assert!(matches!(error, WeightsError::Kernel { .. }), "{error}");
        assert_eq!(
            sentence,
            format!(
                "{name}_torch.Size({size:?}).csv: tensor {name} has kernels of size {kernel}; only 3 (1D) and 3 x 3 (2D) \
                 with stride 1 and same padding can be evaluated under encryption"
            )
        );
    }
}

#[test]
fn widths_without_bounds_are_refused() {
    let (_, sentence) = refused(&Export::small().set("conv1.weight", &[MAX_WIDTH + 1, 2, 3], 0.5));
    assert!(sentence.ends_with("a first layer of 1025 channels; needed is 1 to 1024"), "{sentence}");
    let (_folder, path) = Export::small().set("conv1.weight", &[0, 2, 3], 0.5).to_safetensors(Dtype::F32, f32_bytes);
    assert!(matches!(Network::load(&path), Err(WeightsError::Shape { .. })));
}

#[test]
fn values_that_are_not_finite_are_named_by_index() {
    for (name, index, value, shown) in [
        ("conv2.weight", 71, f64::NAN, "NaN"),
        ("conv1.weight", 53, f64::INFINITY, "inf"),
        ("linear.bias", 9, f64::NEG_INFINITY, "-inf"),
        ("act1.alpha", 0, f64::NAN, "NaN"),
    ] {
        let (_, sentence) = refused(&Export::small().set_value(name, index, value));
        let expected = format!("value {index} of tensor {name}, counted from 0, is {shown}; needed are finite numbers");
        assert!(sentence.ends_with(&expected), "{sentence}");
    }
}

#[test]
fn a_variance_may_be_zero_but_not_negative() {
    for value in [-1e-6, -1e-5, -3.0] {
        let (_, sentence) = refused(&Export::small().set_value("bn2.running_var", 1, value));
        let expected =
            format!("value 1 of tensor bn2.running_var, counted from 0, is {value}; a variance is not negative");
        assert!(sentence.ends_with(&expected), "{sentence}");
    }
    let folder = Export::small().set_value("bn2.running_var", 1, 0.0).to_directory();
    let network = Network::load(folder.path()).unwrap();
    assert!(network.forward(&seeded_clips(1, 1)[0]).iter().all(|logit| logit.is_finite()));
}

/// The published layout with the content of one file replaced.
fn with_file(name: &str, content: impl AsRef<[u8]>) -> (WeightsError, String) {
    let folder = Export::small().to_directory();
    fs::write(folder.path().join(name), content).unwrap();
    error_of(folder.path(), folder.path())
}

#[test]
fn csv_files_that_are_no_tensors_are_refused() {
    let name = "conv1.bias_torch.Size([2]).csv";
    assert_eq!(with_file(name, "").1, format!("{name}: the file is empty"));
    assert_eq!(with_file(name, "0.5\nhalf\n").1, format!("{name}, line 2, column 1: \"half\" is not a number"));
    assert_eq!(with_file(name, "0.5,0.25\n").1, format!("{name}, line 1, column 1: \"0.5,0.25\" is not a number"));
    assert_eq!(with_file(name, b"0.5\n\x80\n").1, format!("{name}, line 2: not text (UTF-8)"));
    for (content, found) in [("0.5\n", 1), ("1\n2\n3\n4\n", 4)] {
        let expected = format!("{name}: {found} values, but the size [2] in its name asks for 2");
        assert_eq!(with_file(name, content).1, expected);
    }
}

#[test]
fn file_names_with_impossible_sizes_are_refused() {
    let (error, _) = with_file("x_torch.Size([18446744073709551615, 4]).csv", "1\n");
    assert!(matches!(error, WeightsError::ValueCount { found: 1, .. }), "{error}");
    let (_, sentence) = with_file("x_torch.Size([two]).csv", "1\n");
    assert!(sentence.starts_with("x_torch.Size([two]).csv: the size in the file's name does not parse"), "{sentence}");
}

#[test]
fn a_tensor_in_two_files_is_refused() {
    let (_, sentence) = with_file("act1.c_torch.Size([]).csv", "0\n");
    assert_eq!(sentence, "act1.c_torch.Size([]).csv: tensor act1.c is also in act1.c_torch.Size([1]).csv");
}

#[test]
fn a_tensor_twice_in_a_safetensors_file_is_refused() {
    let tensor = |start: usize| {
        format!(r#""linear.bias":{{"dtype":"F32","shape":[10],"data_offsets":[{start},{}]}}"#, start + 40)
    };
    let header = format!("{{{},{}}}", tensor(0), tensor(40));
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend([0; 80]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twice.safetensors");
    fs::write(&path, bytes).unwrap();
    assert!(matches!(Network::load(&path), Err(WeightsError::Safetensors { .. })));
}

#[test]
fn damaged_safetensors_files_are_refused() {
    let (folder, path) = Export::small().to_safetensors(Dtype::F32, f32_bytes);
    let whole = fs::read(&path).unwrap();
    for length in [1, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let (_, sentence) = error_of(folder.path(), &path);
        assert!(sentence.starts_with("network.safetensors: truncated or not a safetensors file ("), "{sentence}");
    }
    fs::write(&path, [&whole[..], &[0]].concat()).unwrap();
    assert!(matches!(Network::load(&path), Err(WeightsError::Safetensors { .. })));
    fs::write(&path, "0.5\n0.25\n0.125\n").unwrap();
    assert!(matches!(Network::load(&path), Err(WeightsError::Safetensors { .. })));
    fs::write(&path, "").unwrap();
    assert_eq!(error_of(folder.path(), &path).1, "network.safetensors: the file is empty");
}

#[test]
fn tensors_of_integers_are_refused() {
    let (folder, path) = Export::small().to_safetensors(Dtype::I32, |_| vec![0; 4]);
    let (_, sentence) = error_of(folder.path(), &path);
    assert!(sentence.ends_with("has values of type I32; needed is F64, F32, F16 or BF16"), "{sentence}");
}

#[test]
fn what_is_no_network_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_, sentence) = error_of(folder.path(), folder.path());
    assert!(sentence.starts_with("DIR: not a network; no file in it is named like"), "{sentence}");
    let path = folder.path().join("weights.pt");
    let (error, _) = error_of(folder.path(), &path);
    assert!(matches!(error, WeightsError::Read { .. }), "{error}");
    fs::write(&path, "x").unwrap();
    let (_, sentence) = error_of(folder.path(), &path);
    assert_eq!(sentence, "weights.pt: not a network; needed is a directory of CSV tensors or a .safetensors file");
    let (_, sentence) = error_of(folder.path(), &folder.path().join("absent.safetensors"));
    assert!(sentence.starts_with("cannot read absent.safetensors: "), "{sentence}");
}

#[test]
fn a_folder_in_place_of_a_tensor_is_refused() {
    let folder = Export::small().to_directory();
    fs::create_dir(folder.path().join("linear.scale_torch.Size([2]).csv")).unwrap();
    let (error, _) = error_of(folder.path(), folder.path());
    assert!(matches!(error, WeightsError::Read { .. }), "{error}");
}

#[test]
fn huge_files_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.safetensors");
    // Sparse: the file takes no room on the disk.
    fs::File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    let (_, sentence) = error_of(folder.path(), &path);
    assert_eq!(sentence, "huge.safetensors: 1073741825 bytes; at most 1073741824 are read");
    let (error, _) = {
        let tensors = Export::small().to_directory();
        let huge = tensors.path().join("linear.bias_torch.Size([10]).csv");
        fs::File::create(&huge).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        error_of(tensors.path(), tensors.path())
    };
    assert!(matches!(error, WeightsError::TooLarge { .. }), "{error}");
}

#[test]
fn a_line_without_end_is_not_read() {
    let (error, _) = with_file("linear.bias_torch.Size([10]).csv", vec![b'1'; 2 << 20]);
    assert!(matches!(error, WeightsError::Text(TextError::LineTooLong { line: 1, .. })), "{error}");
}

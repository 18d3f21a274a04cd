//! The values behind candle's tensors.

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor, bail};

/// The `f32` values of a contiguous tensor's storage, row-major.
pub(super) fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("a tensor is not contiguous") };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

/// What `read` makes of a tensor's values, row-major.
pub(super) fn with_values<T>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> T) -> Result<T> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else { bail!("a tensor is not in main memory") };
    Ok(read(contiguous(storage, layout)?))
}

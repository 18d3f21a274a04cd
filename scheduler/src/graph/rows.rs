//! Lists of lists in two allocations (compressed sparse rows).

/// A sequence of rows, each a slice; built by appending, then only read.
#[derive(Clone, Debug)]
pub(super) struct Rows<T> {
    /// Where each row starts in `items`, and one entry more: the end of the last.
    starts: Vec<usize>,
    items: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { starts: vec![0], items: Vec::new() }
    }
}

impl<T> Rows<T> {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn push(&mut self, row: impl IntoIterator<Item = T>) {
        self.items.extend(row);
        self.starts.push(self.items.len());
    }

    /// # Panics
    /// If there is no such row.
    pub(super) fn row(&self, index: usize) -> &[T] {
        &self.items[self.starts[index]..self.starts[index + 1]]
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &[T]> {
        self.starts.windows(2).map(|bounds| &self.items[bounds[0]..bounds[1]])
    }

    /// The number of items in all rows together.
    pub(super) fn item_count(&self) -> usize {
        self.items.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_pushed() {
        let mut rows = Rows::new();
        let expected: [&[u8]; 4] = [&[1, 2], &[], &[3], &[]];
        for row in expected {
            rows.push(row.iter().copied());
        }
        assert_eq!(rows.iter().collect::<Vec<_>>(), expected);
        assert_eq!(rows.row(2), [3]);
        assert_eq!(rows.item_count(), 3);
    }
}

//! The order between tasks, derived from what they read and write.

use std::cmp::Reverse;

use super::builder::flat;
use super::rows::Rows;
use super::{BufferId, BufferRange, TaskId};

/// Who used a buffer last: the tasks that a new writer has to wait for.
#[derive(Clone, Default)]
struct Users {
    last_writer: Option<TaskId>,
    /// The readers since that write. Each waits for the writer, so waiting for them waits for it.
    readers: Vec<TaskId>,
}

impl Users {
    fn last(&self) -> impl Iterator<Item = TaskId> {
        let writer = self.last_writer.filter(|_| self.readers.is_empty());
        self.readers.iter().copied().chain(writer)
    }
}

/// The predecessors of every task: sorted, each once.
///
/// - `reads` and `writes`: a row a task, in program order, with no buffer in both.
/// - `displaced`: the buffers, all of them dead by then, whose memory the buffers born at a task take over.
///
/// A reader waits for the last writer. A writer waits for the readers since then, or for the last writer if there are
/// none; because those wait for everything earlier, conflicts further back are ordered by transitivity. The first writer
/// of a buffer waits in the same way for the last users of the buffers that it displaces.
pub(super) fn derive<'a>(
    buffer_count: usize,
    reads: &Rows<BufferRange>,
    writes: &Rows<BufferRange>,
    displaced: impl Fn(usize) -> &'a [BufferId],
) -> Rows<TaskId> {
    let mut users = vec![Users::default(); buffer_count];
    let mut predecessors = Rows::new();
    let mut waits_for: Vec<TaskId> = Vec::new();
    for (index, (reads, writes)) in reads.iter().zip(writes.iter()).enumerate() {
        let task = TaskId::from_index(index);
        waits_for.clear();
        for buffer in displaced(index) {
            waits_for.extend(users[buffer.index()].last());
        }
        for buffer in flat(reads) {
            let users = &mut users[buffer.index()];
            waits_for.extend(users.last_writer);
            // A buffer that a task lists twice counts once.
            if users.readers.last() != Some(&task) {
                users.readers.push(task);
            }
        }
        for buffer in flat(writes) {
            let users = &mut users[buffer.index()];
            waits_for.extend(users.last());
            users.last_writer = Some(task);
            users.readers.clear();
        }
        waits_for.sort_unstable();
        waits_for.dedup();
        predecessors.push(waits_for.iter().copied());
    }
    predecessors
}

/// The successors of every task: sorted, each once.
pub(super) fn reverse(predecessors: &Rows<TaskId>) -> Rows<TaskId> {
    let mut successors = vec![Vec::new(); predecessors.iter().len()];
    for (index, row) in predecessors.iter().enumerate() {
        row.iter().for_each(|task| successors[task.index()].push(TaskId::from_index(index)));
    }
    let mut rows = Rows::new();
    successors.into_iter().for_each(|row| rows.push(row));
    rows
}

/// The cost of the most costly chain that begins with each task.
pub(super) fn remaining(successors: &Rows<TaskId>, cost_ns: impl Fn(usize) -> u64) -> Vec<u64> {
    let tasks = successors.iter().len();
    let mut remaining = vec![0_u64; tasks];
    // Successors are later in program order.
    for task in (0..tasks).rev() {
        let after = successors.row(task).iter().map(|successor| remaining[successor.index()]).max().unwrap_or(0);
        remaining[task] = cost_ns(task).saturating_add(after);
    }
    remaining
}

/// The tasks by the length of the longest chain of predecessors, the most costly of a wave first (the longest-
/// processing-time rule: with tasks handed out one by one, the last to end are the small ones).
pub(super) fn waves(predecessors: &Rows<TaskId>, cost_ns: impl Fn(usize) -> u64) -> Rows<TaskId> {
    let mut depths: Vec<usize> = Vec::with_capacity(predecessors.iter().len());
    for row in predecessors.iter() {
        depths.push(row.iter().map(|task| depths[task.index()] + 1).max().unwrap_or(0));
    }
    let mut waves = vec![Vec::new(); depths.iter().max().map_or(0, |deepest| deepest + 1)];
    for (index, &depth) in depths.iter().enumerate() {
        waves[depth].push(TaskId::from_index(index));
    }
    let mut rows = Rows::new();
    for mut wave in waves {
        wave.sort_by_key(|task| Reverse(cost_ns(task.index())));
        rows.push(wave);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(tasks: &[&[u32]]) -> Rows<BufferRange> {
        let mut rows = Rows::new();
        for buffers in tasks {
            rows.push(buffers.iter().map(|&buffer| BufferId(buffer).into()));
        }
        rows
    }

    fn indices(rows: &Rows<TaskId>) -> Vec<Vec<usize>> {
        rows.iter().map(|row| row.iter().map(|task| task.index()).collect()).collect()
    }

    #[test]
    fn reads_and_writes_order_tasks() {
        // 0 writes a; 1 and 2 read it (2 twice); 3 overwrites it (waits for the readers); 4 overwrites it again (waits
        // for 3); 5 reads it and writes b; 6 has nothing to do with anybody.
        let reads = rows(&[&[], &[0], &[0, 0], &[], &[], &[0], &[]]);
        let writes = rows(&[&[0], &[2], &[3], &[0], &[0], &[1], &[4]]);
        let predecessors = derive(5, &reads, &writes, |_| &[]);
        assert_eq!(indices(&predecessors), [vec![], vec![0], vec![0], vec![1, 2], vec![3], vec![4], vec![]]);
    }

    #[test]
    fn a_buffer_in_the_place_of_another_waits_for_its_last_users() {
        // 0 writes a; 1 and 2 read a; 3 first writes b, in the place of a; 4 first writes c, in the place of b.
        let reads = rows(&[&[], &[0], &[0], &[], &[]]);
        let writes = rows(&[&[0], &[3], &[4], &[1], &[2]]);
        let displaced: [&[BufferId]; 5] = [&[], &[], &[], &[BufferId(0)], &[BufferId(1)]];
        let predecessors = derive(5, &reads, &writes, |task| displaced[task]);
        assert_eq!(indices(&predecessors), [vec![], vec![0], vec![0], vec![1, 2], vec![3]]);
    }

    #[test]
    fn waves_follow_depth_then_cost() {
        let reads = rows(&[&[], &[], &[0], &[], &[1, 2]]);
        let writes = rows(&[&[0], &[1], &[2], &[3], &[4]]);
        let predecessors = derive(5, &reads, &writes, |_| &[]);
        let costs = [1, 5, 1, 3, 1];
        assert_eq!(indices(&waves(&predecessors, |task| costs[task])), [vec![1, 3, 0], vec![2], vec![4]]);
        assert_eq!(waves(&Rows::new(), |_| 0).iter().len(), 0);
    }

    #[test]
    fn what_remains_is_the_most_costly_chain() {
        // 0 -> {1, 2} -> 3, and 4 alone.
        let mut predecessors = Rows::new();
        for row in [&[][..], &[0], &[0], &[1, 2], &[]] {
            predecessors.push(row.iter().map(|&task| TaskId::from_index(task)));
        }
        let successors = reverse(&predecessors);
        assert_eq!(indices(&successors), [vec![1, 2], vec![3], vec![3], vec![], vec![]]);
        let costs = [1, 5, 30, 2, 7];
        assert_eq!(remaining(&successors, |task| costs[task]), [33, 7, 32, 2, 7]);
        assert_eq!(remaining(&successors, |_| u64::MAX), [u64::MAX; 5], "no overflow");
    }
}

//! Binding threads to CPUs.

use std::io;

/// Binds the calling thread to a logical CPU. Threads that it starts from now on inherit that.
///
/// # Errors
/// What the system says: there is no such CPU, this process may not use it, or threads cannot be bound at all.
pub fn bind_current_thread(cpu: usize) -> io::Result<()> {
    imp::bind(cpu)
}

/// The logical CPUs that the calling thread may run on, ascending.
///
/// # Errors
/// If the system does not say.
pub fn current_thread_cpus() -> io::Result<Vec<usize>> {
    imp::cpus()
}

/// Whether this system lets threads be bound: some containers forbid it, some systems cannot do it.
///
/// It is tried, with the CPUs that the calling thread has anyway.
#[must_use]
pub fn is_supported() -> bool {
    imp::rebind().is_ok()
}

#[cfg(all(target_os = "linux", not(miri)))]
mod imp {
    use std::io;

    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    pub(super) fn bind(cpu: usize) -> io::Result<()> {
        if cpu >= CpuSet::MAX_CPU {
            return Err(io::Error::other(format!("CPU {cpu} is beyond the {} that can be named", CpuSet::MAX_CPU)));
        }
        let mut set = CpuSet::new();
        set.set(cpu);
        Ok(sched_setaffinity(None, &set)?)
    }

    pub(super) fn cpus() -> io::Result<Vec<usize>> {
        let set = sched_getaffinity(None)?;
        Ok((0..CpuSet::MAX_CPU).filter(|&cpu| set.is_set(cpu)).collect())
    }

    pub(super) fn rebind() -> io::Result<()> {
        Ok(sched_setaffinity(None, &sched_getaffinity(None)?)?)
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod imp {
    use std::io;

    pub(super) fn bind(_cpu: usize) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn cpus() -> io::Result<Vec<usize>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn rebind() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a thread of its own: other tests are not to be bound.
    #[test]
    fn a_thread_is_bound_to_one_cpu_and_others_are_not() {
        if !is_supported() {
            eprintln!("SKIPPED (this system binds no threads)");
            return;
        }
        let before = current_thread_cpus().unwrap();
        for &cpu in &before {
            let bound = std::thread::spawn(move || bind_current_thread(cpu).and_then(|()| current_thread_cpus()));
            assert_eq!(bound.join().unwrap().unwrap(), [cpu]);
        }
        assert_eq!(current_thread_cpus().unwrap(), before);
    }

    #[test]
    fn cpus_that_are_not_there_are_an_error() {
        for cpu in [1023, 1 << 20] {
            assert!(bind_current_thread(cpu).is_err(), "{cpu}");
        }
    }
}

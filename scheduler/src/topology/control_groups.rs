//! What the control groups of this process grant it.

use std::path::{Path, PathBuf};

use super::text::text;

/// The control groups of this process: its own and their ancestors, of both versions.
pub(super) struct ControlGroups {
    unified: Vec<PathBuf>,
    cpu: Vec<PathBuf>,
    memory: Vec<PathBuf>,
}

impl ControlGroups {
    pub(super) fn read(root: &Path) -> Self {
        let mount = root.join("sys/fs/cgroup");
        let mut groups = Self { unified: Vec::new(), cpu: Vec::new(), memory: Vec::new() };
        // Lines of `hierarchy:controllers:/path`; the hierarchy of version 2 has number 0 and no controllers.
        for line in text(&root.join("proc/self/cgroup")).unwrap_or_default().lines() {
            let mut parts = line.splitn(3, ':');
            let (Some(hierarchy), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            if hierarchy == "0" && controllers.is_empty() {
                groups.unified = with_ancestors(&mount, path);
            }
            for controller in controllers.split(',') {
                let directories = with_ancestors(&mount.join(controllers), path);
                match controller {
                    "cpu" => groups.cpu = directories,
                    "memory" => groups.memory = directories,
                    _ => {}
                }
            }
        }
        groups
    }

    /// The tightest limit of all.
    pub(super) fn cpu_quota(&self) -> Option<f64> {
        let unified = self.unified.iter().filter_map(|group| {
            let limit = text(&group.join("cpu.max"))?;
            let (quota, period) = limit.split_once(' ')?;
            ratio(quota, period)
        });
        let legacy = self.cpu.iter().filter_map(|group| {
            ratio(&text(&group.join("cpu.cfs_quota_us"))?, &text(&group.join("cpu.cfs_period_us"))?)
        });
        unified.chain(legacy).min_by(f64::total_cmp)
    }

    pub(super) fn memory_limit_bytes(&self) -> Option<u64> {
        let unified = self.unified.iter().map(|group| group.join("memory.max"));
        let legacy = self.memory.iter().map(|group| group.join("memory.limit_in_bytes"));
        // Version 1 writes "no limit" as the largest number of whole pages.
        let is_limit = |&bytes: &u64| bytes < 1 << 62;
        unified.chain(legacy).filter_map(|file| text(&file)?.parse().ok()).filter(is_limit).min()
    }
}

/// The directory of a group and those of its ancestors, up to the mount point. In a container the path may be that of the
/// host: directories that do not exist have no limits to read.
fn with_ancestors(mount: &Path, path: &str) -> Vec<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    path.ancestors().map(|ancestor| mount.join(ancestor)).collect()
}

/// Of a quota and its period; `None` for "max", -1 and whatever else is no limit.
fn ratio(quota: &str, period: &str) -> Option<f64> {
    let (quota, period): (f64, f64) = (quota.parse().ok()?, period.parse().ok()?);
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

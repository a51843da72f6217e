//! What the process holds.

use std::fmt;

use tokio::runtime::Handle;

/// What the process holds at a moment; 0 where the system does not tell.
pub(crate) struct Usage {
    pub(crate) files: usize,
    pub(crate) tasks: usize,
    pub(crate) resident_kib: u64,
}

impl Usage {
    pub(crate) fn now() -> Usage {
        Usage {
            files: std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count),
            tasks: Handle::current().metrics().num_alive_tasks(),
            resident_kib: resident_kib().unwrap_or(0),
        }
    }
}

fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Usage { files, tasks, resident_kib } = self;
        write!(f, "{files} file descriptors, {tasks} tasks, {} MiB resident", resident_kib / 1024)
    }
}

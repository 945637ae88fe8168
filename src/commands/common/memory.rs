//! How much memory this process may use.

use anyhow::bail;
use rustix::process::{Resource, getrlimit};
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

const MIB: u64 = 1 << 20;

/// Returns the bytes of free memory, or of what a control group's limit leaves if that is less; 1 GiB
/// if neither is known, as without `/proc`.
#[must_use]
pub(crate) fn available() -> u64 {
    let read = |path: &Path| fs::read_to_string(path).ok();
    let free = read(Path::new("/proc/meminfo")).and_then(|info| kilobytes(&info, "MemAvailable:"));
    let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    let left = groups.lines().filter_map(|line| group_left(line, &read));
    free.into_iter().chain(left).min().unwrap_or(1 << 30)
}

/// What `ulimit` leaves this process. Allocating more ends the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of memory for words, at most.
    pub memory: u64,
    /// How many threads may count, at most.
    pub threads: NonZeroUsize,
}

impl Limits {
    /// Returns the limits of this process, less what it uses already. Fails if they are too low to do
    /// any work. May reserve address space until the process ends, see [`deny_arenas`].
    pub(crate) fn read() -> anyhow::Result<Self> {
        let left = |resource, used| {
            let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
            let limit = getrlimit(resource).current.unwrap_or(u64::MAX);
            limit.saturating_sub(kilobytes(&status, used).unwrap_or(0))
        };
        deny_arenas(left(Resource::As, "VmSize:"));
        let (space, private) = (left(Resource::As, "VmSize:"), left(Resource::Data, "VmData:"));
        if space.min(private) < LEAST {
            bail!("too little memory: ulimit leaves less than {} MiB", LEAST / MIB);
        }
        Ok(Self::of(space, private))
    }

    /// Divides the address space and private memory that are left: a part for words, the rest for
    /// buffers, for words that are being sorted, and for the threads.
    fn of(space: u64, private: u64) -> Self {
        let memory = (space / 8).min(private / 4);
        let fits = |&threads: &usize| {
            let all = all_threads(threads);
            space / ARENA > all + 1 && private / (16 * MIB) > all
        };
        let threads = (2..=MOST_THREADS).take_while(fits).last();
        Self { memory, threads: NonZeroUsize::MIN.saturating_add(threads.map_or(0, |n| n - 1)) }
    }
}

/// With less memory than this, no work is possible.
const LEAST: u64 = 32 * MIB;
/// The most threads that are allowed where there is no limit.
const MOST_THREADS: usize = 1 << 16;
/// Bytes of address space that a thread takes: its stack, and an arena, which the C library reserves
/// for the thread's allocations. If there is no room for an arena, the thread does without.
const ARENA: u64 = 66 * MIB;

/// Returns the most threads that run beside this one when `threads` count: as many can read streams,
/// and each of those decompresses on as many threads, with one more that reads.
fn all_threads(threads: usize) -> u64 {
    let threads = threads as u64;
    (threads - 1) + threads + threads * (threads + 1)
}

/// Reserves address space until the rest is too small for an arena.
///
/// Where there is room for a few arenas, these take all of it, and a thread without one can allocate
/// nothing. Without arenas, all threads share the space.
fn deny_arenas(space: u64) {
    const REST: u64 = 60 * MIB;
    if (REST..ARENA * (all_threads(1) + 1)).contains(&space) {
        let mut taken: Vec<u8> = Vec::new();
        let bytes = usize::try_from(space - REST).unwrap_or(0);
        // It is never touched, so it takes no memory. If it fails, there is no room for an arena either.
        let _ = taken.try_reserve_exact(bytes);
        std::mem::forget(taken);
    }
}

/// Returns the bytes on the line that begins with `name` and gives an amount in kB.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Returns the bytes left in a control group and the groups around it, given a line of
/// `/proc/self/cgroup`: `number:controllers:path`. Version 2 lists no controllers. Cached files that
/// have not been used lately are counted as free, since the kernel drops them first.
fn group_left(line: &str, read: &dyn Fn(&Path) -> Option<String>) -> Option<u64> {
    let mut fields = line.splitn(3, ':').skip(1);
    let (controllers, path) = (fields.next()?, fields.next()?);
    let (root, limit, usage, cached) = if controllers.is_empty() {
        ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file ")
    } else if controllers.split(',').any(|controller| controller == "memory") {
        let (limit, usage) = ("memory.limit_in_bytes", "memory.usage_in_bytes");
        ("/sys/fs/cgroup/memory", limit, usage, "total_inactive_file ")
    } else {
        return None;
    };
    let number = |path: &Path| read(path)?.trim().parse::<u64>().ok();
    let path = Path::new(root).join(path.trim_start_matches('/'));
    let groups = path.ancestors().take_while(|group| group.starts_with(root));
    groups
        .filter_map(|group| {
            let limit = number(&group.join(limit))?;
            let used = number(&group.join(usage)).unwrap_or(0);
            let stat = read(&group.join("memory.stat")).unwrap_or_default();
            let cached = stat.lines().find_map(|line| line.strip_prefix(cached)?.parse().ok());
            Some(limit.saturating_sub(used.saturating_sub(cached.unwrap_or(0))))
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_free() {
        let free = |info| kilobytes(info, "MemAvailable:");
        assert_eq!(free("MemTotal: 9 kB\nMemAvailable:    5 kB\n"), Some(5 * 1024));
        assert_eq!(free("MemTotal: 9 kB\n"), None);
    }

    #[test]
    fn the_tightest_group_counts() {
        let files = |path: &Path| {
            let text = match path.to_str()? {
                "/sys/fs/cgroup/a/b/memory.max" => "max\n",
                "/sys/fs/cgroup/a/memory.max" => "1000\n",
                "/sys/fs/cgroup/a/memory.current" => "300\n",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes" => "500\n",
                _ => return None,
            };
            Some(text.to_owned())
        };
        assert_eq!(group_left("0::/a/b", &files), Some(700));
        assert_eq!(group_left("0::/c", &files), None);
        assert_eq!(group_left("7:cpu,memory:/", &files), Some(500));
        assert_eq!(group_left("7:cpu:/", &files), None);
        assert_eq!(group_left("", &files), None);
    }

    #[test]
    fn cached_files_count_as_free() {
        let files = |path: &Path| {
            let text = match path.to_str()? {
                "/sys/fs/cgroup/memory.max" | "/sys/fs/cgroup/memory/memory.limit_in_bytes" => {
                    "1000\n"
                }
                "/sys/fs/cgroup/memory.current" | "/sys/fs/cgroup/memory/memory.usage_in_bytes" => {
                    "990\n"
                }
                "/sys/fs/cgroup/memory.stat" => "anon 90\nactive_file 100\ninactive_file 800\n",
                "/sys/fs/cgroup/memory/memory.stat" => "inactive_file 7\ntotal_inactive_file 700\n",
                _ => return None,
            };
            Some(text.to_owned())
        };
        assert_eq!(group_left("0::/", &files), Some(810));
        assert_eq!(group_left("7:memory:/docker/1", &files), Some(710));
    }

    #[test]
    fn a_limit_leaves_fewer_threads_and_less_memory() {
        let all = Limits::of(u64::MAX, u64::MAX);
        assert!(all.memory >= 1 << 60 && all.threads.get() == MOST_THREADS);
        for (space, private, memory, threads) in [
            (u64::MAX, 64 * MIB, 16 * MIB, 1),
            (u64::MAX, 160 * MIB, 40 * MIB, 2),
            (96 * MIB, u64::MAX, 12 * MIB, 1),
            (1024 * MIB, u64::MAX, 128 * MIB, 2),
            (0, 0, 0, 1),
        ] {
            let limits = Limits::of(space, private);
            assert_eq!((limits.memory, limits.threads.get()), (memory, threads));
        }
    }
}

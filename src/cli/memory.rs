//! How much memory this process may use.

use std::fs;
use std::path::Path;

/// What is free, or what is left of a control group's limit where that is less. Where neither can
/// be told, as without `/proc`, a gibibyte.
#[must_use]
pub fn available() -> u64 {
    let read = |path: &Path| fs::read_to_string(path).ok();
    let free = read(Path::new("/proc/meminfo")).and_then(|info| free(&info));
    let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    let left = groups.lines().filter_map(|line| group_left(line, &read));
    free.into_iter().chain(left).min().unwrap_or(1 << 30)
}

/// `MemAvailable` of `/proc/meminfo`, in bytes.
fn free(info: &str) -> Option<u64> {
    let line = info.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// What is left in a group, or in any group around it, by a line of `/proc/self/cgroup`:
/// `number:controllers:path`. There are no controllers in version 2.
fn group_left(line: &str, read: &dyn Fn(&Path) -> Option<String>) -> Option<u64> {
    let mut fields = line.splitn(3, ':').skip(1);
    let (controllers, path) = (fields.next()?, fields.next()?);
    let (root, limit, usage) = if controllers.is_empty() {
        ("/sys/fs/cgroup", "memory.max", "memory.current")
    } else if controllers.split(',').any(|controller| controller == "memory") {
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
    } else {
        return None;
    };
    let number = |path: &Path| read(path)?.trim().parse::<u64>().ok();
    let path = Path::new(root).join(path.trim_start_matches('/'));
    let groups = path.ancestors().take_while(|group| group.starts_with(root));
    groups
        .filter_map(|group| {
            let used = number(&group.join(usage)).unwrap_or(0);
            Some(number(&group.join(limit))?.saturating_sub(used))
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_free() {
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
}

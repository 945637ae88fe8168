//! How the process was started, recorded before Rust's runtime changes it.
//!
//! Before `main`, the runtime opens `/dev/null` in place of a standard stream that is closed, and
//! ignores SIGPIPE. Reading a closed stream would then return an empty input, and writing to one would
//! succeed; and whether SIGPIPE was already ignored decides how a closed pipe is reported. So a
//! function that the linker puts on the list of what runs first records both.

use rustix::io::{Errno, fcntl_getfd};
use rustix::stdio::{stderr, stdin, stdout};
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Standard {
    Input,
    Output,
    Error,
}

static CLOSED: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];
static IGNORED: AtomicU64 = AtomicU64::new(0);

/// Fails with `EBADF` if the stream was closed when the process started.
pub fn check_open(stream: Standard) -> io::Result<()> {
    let closed = CLOSED[stream as usize].load(Ordering::Relaxed);
    if closed { Err(Errno::BADF.into()) } else { Ok(()) }
}

/// Whether the process was started with the signal ignored. Without `/proc`, always false.
#[must_use]
pub fn was_ignored(signal: i32) -> bool {
    let bit = u32::try_from(signal - 1).ok().and_then(|shift| 1_u64.checked_shl(shift));
    bit.is_some_and(|bit| IGNORED.load(Ordering::Relaxed) & bit != 0)
}

/// Records all that; for [`main!`](crate::main).
#[doc(hidden)]
pub extern "C" fn capture() {
    let closed = |stream: BorrowedFd<'_>| fcntl_getfd(stream) == Err(Errno::BADF);
    for (flag, stream) in CLOSED.iter().zip([stdin(), stdout(), stderr()]) {
        flag.store(closed(stream), Ordering::Relaxed);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    IGNORED.store(mask.unwrap_or(0), Ordering::Relaxed);
}

/// Defines the `main` of a command, a module of `commands`, and makes [`capture`] run before the
/// runtime. The attribute is unsafe because of that; it is the only use of `unsafe` in this package.
#[doc(hidden)]
#[macro_export]
macro_rules! main {
    ($command:ident) => {
        #[used]
        #[expect(unsafe_code, reason = "the only way to run before the runtime")]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
        static CAPTURE: extern "C" fn() = $crate::commands::startup::capture;

        fn main() -> ::std::process::ExitCode {
            $crate::commands::$command::main()
        }
    };
}

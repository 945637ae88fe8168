//! Ctrl-C, `kill` and a closed terminal: unfinished outputs are removed before the process ends.

use super::exit::die_of;
use super::startup::was_ignored;
use crate::io::Outputs;
use crossbeam_channel::bounded;
use signal_hook::consts::signal::{
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ,
};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

/// Makes the signals that end a process first remove the unfinished `outputs`.
///
/// They are handled on a thread of their own, so that a main thread that waits for a slow disk or an
/// idle pipe does not delay them. Where the system starts no thread, these signals end the process at
/// once, and nothing is removed. A signal that is ignored already, as under `nohup`, stays ignored.
/// A write beyond the file size limit fails, as on a full disk, and no longer ends the process.
pub(crate) fn clean_up_on_signals(outputs: &Outputs) -> io::Result<()> {
    // Catching it is enough. The flag is not read.
    flag::register(SIGXFSZ, Arc::<AtomicBool>::default())?;
    let outputs = outputs.clone();
    let (sender, caught) = bounded::<Signals>(1);
    let clean_up = move || {
        let Ok(mut signals) = caught.recv() else { return };
        for signal in &mut signals {
            // Held until the process ends: no output is begun or put in place any more.
            let _nothing_more = outputs.remove_unfinished();
            die_of(signal);
        }
    };
    // The thread comes first: a signal that is caught without a thread to handle it would be lost.
    if thread::Builder::new().spawn(clean_up).is_ok() {
        let heeded = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU];
        let heeded = heeded.into_iter().filter(|&signal| !was_ignored(signal));
        // The channel has room for it.
        let _ = sender.send(Signals::new(heeded)?);
    }
    Ok(())
}

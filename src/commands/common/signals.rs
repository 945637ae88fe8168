//! Ctrl-C, `kill` and a closed terminal: what is half done is taken away, then the signal kills.

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

/// From now on, the signals that end a process first remove the `outputs` under way.
///
/// They are handled on a thread of their own, so that a main thread which waits for a slow disk
/// or an idle pipe holds nothing up. Where the system lets no thread start, these signals kill at
/// once, and nothing is removed. A signal that is ignored already, as under `nohup`, stays so.
/// A write over the limit of a file's size no longer kills: it fails, as one to a full disk does.
pub(crate) fn clean_up_on_signals(outputs: &Outputs) -> io::Result<()> {
    // That it is caught is enough. Nobody looks at the flag.
    flag::register(SIGXFSZ, Arc::<AtomicBool>::default())?;
    let outputs = outputs.clone();
    let (sender, caught) = bounded::<Signals>(1);
    let clean_up = move || {
        let Ok(mut signals) = caught.recv() else { return };
        for signal in &mut signals {
            // Held until the process is gone: nothing is begun or put in place any more.
            let _nothing_more = outputs.remove_unfinished();
            die_of(signal);
        }
    };
    // The thread comes first: a signal that is caught with nobody to handle it would be lost.
    if thread::Builder::new().spawn(clean_up).is_ok() {
        let heeded = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU];
        let heeded = heeded.into_iter().filter(|&signal| !was_ignored(signal));
        // There is room for it.
        let _ = sender.send(Signals::new(heeded)?);
    }
    Ok(())
}

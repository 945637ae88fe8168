//! The solutions of the exercises in `docs/book`, each with a test.

mod background;
mod channel_lock;
mod channels;
mod closing;
mod closures;
mod mutex;
mod waiting;

//! `pgz` where gzip was: what its flags do, what it leaves alone, and that it loses nothing.

mod beside_gzip;
mod faults;
mod flags;
mod kernel;
mod support;
mod swaps;
mod table;
mod terminal;

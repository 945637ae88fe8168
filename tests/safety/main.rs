//! `pgz` where gzip was: what its flags do, what it leaves alone, and that it loses nothing.

mod beside_gzip;
mod faults;
mod flags;
mod outputs;
mod support;
mod table;
mod terminal;

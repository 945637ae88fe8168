//! `wc-race` under its other name.

csp_toolkit::main!(wc_race);

//! Tallies words over many files (listings 3.5 and 3.6).

csp_toolkit::main!(wc_race);

//! `pgz` under its other name.

csp_toolkit::main!(pgz);

//! Gzips files in parallel (listings 3.3 and 3.4), and stands in for gzip.

csp_toolkit::main!(pgz);

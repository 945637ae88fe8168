//! Echoes what you type, for 30 seconds (listings 3.1 and 3.7).

csp_toolkit::main!(echoback);

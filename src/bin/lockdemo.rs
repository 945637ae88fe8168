//! Six workers and a lock made of a channel (listing 3.12).

csp_toolkit::main!(lockdemo);

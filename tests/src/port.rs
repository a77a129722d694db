//! Finds ports to listen on.

use std::net::TcpListener;

/// A port nobody listens on, below those the kernel hands out to clients, so that it can be taken
/// again after whoever listens on it went away for a while.
pub(crate) fn free() -> u16 {
    loop {
        let port = fastrand::u16(15_000..32_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

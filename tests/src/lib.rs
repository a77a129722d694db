//! The harness for tests against real servers.
//!
//! - [`postgres`]: private Postgres servers that can be killed, frozen and restarted.
//! - [`pooler`]: a PgBouncer in transaction mode before one of them.
//! - [`redis`]: private Redis servers that can be killed, frozen, flushed and listened in on.
//! - [`program`]: the examples' programs, started and read line by line.
//! - [`proxy`]: a network between client and server that can be cut and frozen, and counts round trips.
//! - [`authority`]: certificates for those servers, good and bad.
//! - [`memory`]: how much of it this process takes.
//! - [`numbered`]: as many blocks as a test wants.
//! - [`counted`]: a store that counts how often it is asked.
//! - [`wait`]: waiting for something to become true, with a deadline.

pub mod authority;
pub mod counted;
mod life;
pub mod memory;
pub mod numbered;
pub mod pooler;
mod port;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod redis;
pub mod wait;

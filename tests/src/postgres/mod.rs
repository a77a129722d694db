//! Private Postgres servers for tests.
//!
//! A server has its own folder, its own port on 127.0.0.1 and its own superuser with a password, and
//! is gone with the process that started it, even if that process is killed. Most tests want a fresh
//! database on the server that all tests of the process share:
//!
//! ```no_run
//! use config_tests::postgres::Server;
//!
//! # async fn example() {
//! let database = Server::shared().database();
//! database.psql("create table t (n int); insert into t values (1);");
//! let client = database.client().await;
//! let row = client.query_one("select n from t", &[]).await.unwrap();
//! assert_eq!(row.get::<_, i32>(0), 1);
//! # }
//! ```
//!
//! A test that kills, stops or freezes starts its own with [`Server::start`].

mod binaries;
mod database;
pub(crate) mod family;
mod psql;
mod server;
mod template;
pub(crate) mod watchdog;

pub use database::{Database, Role};
pub use server::Server;

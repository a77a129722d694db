//! The front door: a `Config`, how to build one, and everything a program asks of it.

mod builder;
mod config;
#[cfg(feature = "ops")]
mod desk;
mod environment;
mod error;
mod fixed;
mod global;
mod paths;
mod place;
mod registration;
mod setup;
mod start;
mod view;
#[cfg(feature = "cli")]
mod visit;

pub use builder::ConfigBuilder;
pub use config::Config;
pub use error::{Mistake, RefreshError, StartError, WaitError};
pub use fixed::FixedBuilder;
pub use global::{AlreadyInstalled, global};
#[cfg(feature = "ops")]
pub(crate) use paths::bounds;
pub use view::{BlockView, Explanation};
#[cfg(feature = "cli")]
pub(crate) use visit::Door;

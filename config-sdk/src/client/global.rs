//! The configuration of the process.

use std::sync::OnceLock;

use super::Config;

static GLOBAL: OnceLock<Config> = OnceLock::new();

/// There is a configuration of the process already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a configuration is installed already: install one, once, where the program starts")]
pub struct AlreadyInstalled;

/// The configuration that was [installed](Config::install).
///
/// # Panics
/// If none was.
#[must_use]
#[expect(clippy::expect_used, reason = "documented; there is nothing to read from")]
pub fn global() -> &'static Config {
    GLOBAL
        .get()
        .expect("no configuration is installed: call `config.install()?` where the program starts")
}

pub(super) fn install(config: Config) -> Result<(), AlreadyInstalled> {
    GLOBAL.set(config).map_err(|_| AlreadyInstalled)
}

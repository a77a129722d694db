//! The data folder made once per process and copied for every server.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use super::binaries;
use super::watchdog::Watchdog;

/// A fresh data folder; its watchdog removes it when the process ends.
pub(super) struct Template {
    pub(super) data: PathBuf,
    pub(super) password: String,
    _watchdog: Mutex<Watchdog>,
}

/// Made on first use.
pub(super) fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let password = format!("{:032x}", fastrand::u128(..));
        let mut watchdog = Watchdog::spawn(binaries::folder());
        watchdog.must(&format!("initdb {password}"));
        Template { data: watchdog.folder().join("data"), password, _watchdog: Mutex::new(watchdog) }
    })
}

//! URLs: a store or a mistake, never the password in what is said, never in the clear by accident.

use std::net::IpAddr;
use std::time::Duration;

use config_sdk::{Config, Mistake, PostgresStore, Source, StartError};
use tokio_postgres::config::Host;

/// Stands where a password is.
const PASSWORD: &str = "hunter2";

/// The parts are a URL, and one to listen at.
pub(crate) fn urls(input: &[u8]) {
    let urls: Result<Vec<_>, _> = crate::parts(input).map(str::from_utf8).collect();
    let Ok(urls) = urls else { return };
    // The path of a certificate is opened, and some paths have no end.
    let has_path = |url: &&str| url.replace("sslrootcert=system&", "").contains("sslrootcert");
    if urls.iter().any(has_path) {
        return;
    }
    for url in &urls {
        if let Ok(store) = PostgresStore::new(url) {
            shows_no_password(url, &format!("{} {store:?}", store.name()));
            is_not_in_the_clear(url, &format!("{store:?}"));
        }
    }
    // A mistake that is always there keeps it from being opened.
    let mut builder = Config::builder().ttl(Duration::ZERO).url(urls[0]);
    if let Some(listen) = urls.get(1) {
        builder = builder.listen_url(listen);
    }
    let error = crate::run(builder.start()).expect_err("a mistake");
    let StartError::Mistakes(mistakes) = &error else { panic!("{error}") };
    assert!(mistakes.iter().any(|mistake| matches!(mistake, Mistake::ZeroTtl)));
    let said = format!("{error} {error:?}");
    let scheme = urls[0].split(':').next().unwrap_or_default();
    assert!(!said.contains(PASSWORD) || scheme.contains(PASSWORD), "{said}");
}

/// What is shown of a store is free of a password that stands nowhere else in its URL.
fn shows_no_password(url: &str, shown: &str) {
    let driver = url.parse::<tokio_postgres::Config>();
    let Some(password) = driver.ok().and_then(|driver| driver.get_password().map(<[u8]>::to_vec))
    else {
        return;
    };
    if String::from_utf8_lossy(&password).contains(PASSWORD) && url.matches(PASSWORD).count() == 1 {
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
}

/// Only this machine is spoken to in the clear, unless the URL says so in so many words.
fn is_not_in_the_clear(url: &str, shown: &str) {
    assert!(!shown.contains("Disable") || url.contains("sslmode=disable"), "{url}");
    if shown.contains("Prefer") {
        // The driver knows other options than the library; hosts stand before them all.
        let hosts = url.split('?').next().unwrap_or_default();
        let driver: tokio_postgres::Config =
            url.parse().or_else(|_| hosts.parse()).expect("what the library took");
        let is_near = |host: &Host| match host {
            Host::Tcp(name) => {
                name == "localhost"
                    || name
                        .trim_matches(['[', ']'])
                        .parse()
                        .is_ok_and(|ip: IpAddr| ip.is_loopback())
            }
            Host::Unix(_) => true,
        };
        assert!(driver.get_hosts().iter().all(is_near), "{url}");
        assert!(driver.get_hostaddrs().iter().all(IpAddr::is_loopback), "{url}");
    }
}

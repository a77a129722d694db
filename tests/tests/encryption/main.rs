//! Encrypted connections, against a server with certificates of a private authority.

use std::time::Duration;

use config_sdk::{Config, ConfigBlock, StartError, StoreState};
use config_tests::authority::{Authority, Flaw};
use config_tests::postgres::{Database, Server};

/// Its presence is required, so that a connection that is refused is an error of `start`.
#[derive(Debug, ConfigBlock)]
#[config(on_boot = "require")]
struct LimitsConfig {
    #[config(default = 5, range = 1..=100)]
    most: u32,
}

/// The database over TCP, with these options.
fn url(database: &Database, options: &str) -> String {
    format!("{}?{options}", database.url())
}

async fn start(database: &Database, options: &str) -> Result<Config, StartError> {
    let url = url(database, options);
    let builder = Config::builder().block::<LimitsConfig>().url(&url).migrate();
    builder.start_timeout(Duration::from_secs(10)).start().await
}

/// Why a connection with these options is refused.
async fn refusal(database: &Database, options: &str) -> String {
    let error = start(database, options).await.expect_err("it should be refused");
    let said = error.to_string();
    let password = database.url();
    let password = password.split([':', '@']).nth(2).expect("a password");
    assert!(!said.contains(password), "{said}");
    said
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named_and_push_works_encrypted() {
    let authority = Authority::new();
    let server = Server::start();
    authority.equip(&server, Flaw::None);
    let database = server.database();
    let roots = authority.certificate();
    let options = format!("sslmode=verify-full&sslrootcert={}", roots.display());
    let config = start(&database, &options).await.expect("a verified connection");
    let clear = "select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid) \
                 where a.application_name = 'config-sdk' and not s.ssl";
    assert_eq!(database.psql(clear), "0");
    assert_eq!(config.status().store, StoreState::Connected);
    database.psql("insert into limits_config (status, most) values ('active', 8)");
    config.wait_for(1, Duration::from_secs(5)).await.expect("the change, by push");
    assert_eq!(config.get::<LimitsConfig>().most, 8);
}

#[tokio::test]
async fn an_authority_that_nobody_named_is_refused_with_the_remedy() {
    let authority = Authority::new();
    let server = Server::start();
    authority.equip(&server, Flaw::None);
    let other = Authority::new().certificate().to_owned();
    let database = server.database();
    for mode in ["verify-ca", "verify-full"] {
        let options = format!("sslmode={mode}&sslrootcert={}", other.display());
        let said = refusal(&database, &options).await;
        assert!(said.contains("sslrootcert"), "{mode}: {said}");
    }
    // Encryption alone asks for no proof.
    start(&database, "sslmode=require").await.expect("an encrypted connection");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_where_the_host_is_verified() {
    let authority = Authority::new();
    let server = Server::start();
    authority.equip(&server, Flaw::OtherHost);
    let database = server.database();
    let roots = authority.certificate().display();
    let said = refusal(&database, &format!("sslmode=verify-full&sslrootcert={roots}")).await;
    assert!(said.contains("verify-ca") && said.contains("host"), "{said}");
    let options = format!("sslmode=verify-ca&sslrootcert={roots}");
    start(&database, &options).await.expect("the authority is right, and that is all it asks");
}

#[tokio::test]
async fn an_expired_certificate_is_refused_wherever_the_authority_is_verified() {
    let authority = Authority::new();
    let server = Server::start();
    authority.equip(&server, Flaw::Expired);
    let database = server.database();
    let roots = authority.certificate().display();
    for mode in ["verify-ca", "verify-full"] {
        let options = format!("sslmode={mode}&sslrootcert={roots}");
        let said = refusal(&database, &options).await;
        assert!(said.to_lowercase().contains("expired"), "{mode}: {said}");
    }
}

#[tokio::test]
async fn a_server_without_certificates_gets_no_password_where_encryption_was_asked_for() {
    let database = Server::shared().database();
    let said = refusal(&database, "sslmode=require").await;
    assert!(said.contains("sslmode=disable"), "{said}");
    start(&database, "sslmode=prefer").await.expect("this machine may be spoken to in the clear");
}

#[tokio::test]
async fn certificates_that_cannot_be_read_are_a_mistake_that_names_the_file() {
    let database = Server::shared().database();
    let said = refusal(&database, "sslmode=verify-full&sslrootcert=/no/such.pem").await;
    assert!(said.contains("/no/such.pem"), "{said}");
    let empty = tempfile::NamedTempFile::new().expect("a file");
    let options = format!("sslmode=verify-ca&sslrootcert={}", empty.path().display());
    let said = refusal(&database, &options).await;
    assert!(said.contains("holds no certificate"), "{said}");
}

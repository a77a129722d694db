//! A row beyond the limit is a fault that says what to do: it is not read, and holds nobody up.

use std::time::Duration;

use config_sdk::{BlockState, Config, ConfigBlock, ConfigBuilder, MemoryStore, Outcome};
use config_tests::memory::peak;
use config_tests::postgres::Server;
use config_tests::wait;

/// Longest wait for what happens at once, on a machine that is busy.
const SOON: Duration = Duration::from_secs(15);

#[derive(Debug, ConfigBlock)]
struct NotesConfig {
    #[config(default = "none")]
    text: String,
    #[config(default = Vec::new(), json)]
    list: Vec<u32>,
}

#[derive(Debug, ConfigBlock)]
struct LimitsConfig {
    #[config(default = 5, range = 1..=100)]
    most: u32,
}

fn builder() -> ConfigBuilder {
    let builder = Config::builder().block::<NotesConfig>().block::<LimitsConfig>();
    builder.ttl(Duration::from_secs(3600)).start_timeout(SOON)
}

/// Waits until the other block has arrived, which nothing holds up, and yields what is said of the
/// notes.
async fn said_beside(config: &Config, most: u32) -> String {
    wait::until("the other block", SOON, || async {
        let seen = config.get::<LimitsConfig>().most;
        if seen == most { Ok(()) } else { Err(seen) }
    })
    .await;
    match &config.status().block("notes").unwrap().state {
        BlockState::Rejected { faults } => faults.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Makes a row of the largest permitted size arrive, and one of a byte more be turned away.
async fn holds_the_line(config: &Config, write: impl Fn(&str)) {
    let text = |length: usize| "ä".repeat(length / 2); // two bytes each: bytes count
    write(&text(800));
    config.refresh_all().await.unwrap();
    assert_eq!(config.get::<NotesConfig>().text, text(800));
    write(&text(1200));
    let report = config.refresh_all().await.unwrap();
    let Some(Outcome::Rejected { faults }) = report.outcome("notes") else { panic!("{report}") };
    let said = faults.to_string();
    assert!(said.starts_with("notes: its row holds 12"), "{said}");
    assert!(said.ends_with(
        " bytes and was not read: shorten it, or raise `max_record_bytes` (max_record_bytes 1000)"
    ));
    assert_eq!(config.get::<NotesConfig>().text, text(800));
    write(&text(600));
    config.refresh_all().await.unwrap();
    assert_eq!(config.get::<NotesConfig>().text, text(600));
}

#[tokio::test]
async fn in_memory() {
    let store = MemoryStore::new();
    let builder = builder().store(store.clone()).max_record_bytes(1000);
    let config = builder.start().await.unwrap();
    holds_the_line(&config, |text| {
        store.set("notes", [("text", text)]);
    })
    .await;
}

#[tokio::test]
async fn in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    let url = format!("sqlite:{}", path.display());
    let builder = builder().url(&url).max_record_bytes(1000).migrate();
    let config = builder.start().await.unwrap();
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute("insert into notes_config (status) values ('active')", []).unwrap();
    holds_the_line(&config, |text| {
        file.execute("update notes_config set text = ?1", [text]).unwrap();
    })
    .await;
}

#[tokio::test]
async fn in_postgres() {
    let database = Server::shared().database();
    let url = database.url();
    let config = builder().url(&url).max_record_bytes(1000).migrate().start().await.unwrap();
    database.psql("insert into notes_config (status) values ('active')");
    holds_the_line(&config, |text| {
        database.psql(&format!("update notes_config set text = '{text}'"));
    })
    .await;
}

#[tokio::test]
async fn a_list_counts_as_its_text_although_postgres_needs_more_room_for_it() {
    let database = Server::shared().database();
    let config = builder().url(&database.url()).migrate().start().await.unwrap();
    // A megabyte as it is stored, and a quarter of that as text.
    let list = "(select jsonb_agg(n % 10) from generate_series(1, 80000) n)";
    database.psql(&format!("insert into notes_config (status, list) values ('active', {list})"));
    config.refresh_all().await.unwrap();
    assert_eq!(config.get::<NotesConfig>().list.len(), 80_000, "{}", config.status());
}

#[tokio::test]
async fn a_row_of_50_mb_neither_reaches_the_process_nor_holds_up_others() {
    let database = Server::shared().database();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    let sqlite = builder().url(&format!("sqlite:{}", path.display())).migrate();
    let postgres = builder().url(&database.url()).migrate();
    let (sqlite, postgres) = (sqlite.start().await.unwrap(), postgres.start().await.unwrap());
    let before = peak();
    database.psql(
        "begin;
         insert into notes_config (status, text) values ('active', repeat('x', 50000000));
         insert into limits_config (status, most) values ('active', 7);
         commit",
    );
    let report = postgres.refresh_all().await.unwrap();
    assert!(report.outcome("limits").is_some());
    let said = said_beside(&postgres, 7).await;
    assert!(said.contains("its row holds 50000") && said.contains("1048576"), "{said}");
    let grown = peak() - before;
    assert!(grown < 20_000_000, "{grown} bytes for a row that is not read");

    let file = rusqlite::Connection::open(&path).unwrap();
    let change = "begin;
         insert into notes_config (status, text) values ('active', printf('%.50000000c', 'x'));
         insert into limits_config (status, most) values ('active', 7);
         commit";
    file.execute_batch(change).unwrap();
    let said = said_beside(&sqlite, 7).await;
    assert!(said.contains("its row holds 50000"), "{said}");
}

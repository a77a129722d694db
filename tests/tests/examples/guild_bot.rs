//! `cargo run --example guild_bot`: one block per guild, in an adopted table, on both stores.

use config_tests::postgres::Server;

use config_tests::program::{EXAMPLES, example, owner, password, told, tour};

/// What the tour tells, in this order.
const STORY: [&str; 16] = [
    "create table bytes_configs (guild_id text primary key,",
    "connected; 10,000 guilds have a row",
    "guild-7 pays 17 a day: ",
    "queries so far: 1\n",
    "new-guild has no row, and so the defaults: 100 to begin with, 10 a day",
    "1,000 members of guild-8 come at once; queries for them: 1\n",
    "5,000 guilds are warmed",
    "brought bytes.daily_amount of guild-13 into its range: -5 became 1",
    "brought bytes.max_transfer of guild-13 into its range: 9000000 became 100000",
    "guild-13 pays 1 a day; helper from 500, veteran from 0; with 600 one is helper and veteran",
    "values brought into their range: 2\n",
    "invalidate(\"guild-7\"), and reads 50 at once",
    "after the write; reads 50; copies loaded: 1; that of guild-8 stays",
    "added triggers to table \"bytes_configs\" that tell of its changes",
    "0 errors; 5,004 entries",
    "clear(): 5,004",
];

/// What both processes say of one change by SQL, each once it has heard of it.
const HEARD: &str = "after the commit; reads 60; copies loaded: 1; that of guild-8 stays";

#[test]
fn a_guild_is_read_once_cleaned_changed_everywhere_and_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let text = told(&tour("guild_bot", folder.path(), None), &STORY);
    assert_eq!(text.matches(HEARD).count(), 2, "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "files were left behind");
}

#[test]
fn the_same_happens_on_postgres_and_the_table_is_gone_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let database = Server::shared().database();
    let owner = owner(&database);
    for _ in 0..2 {
        let text = told(&tour("guild_bot", folder.path(), Some(&owner.url)), &STORY);
        assert_eq!(text.matches(HEARD).count(), 2, "{text}");
        assert!(!text.contains(password(&owner.url)), "the password is in the output:\n{text}");
        assert_eq!(database.psql("select to_regclass('bytes_configs') is null"), "t");
    }
}

#[test]
fn all_goes_on_without_the_redis_server_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = example("guild_bot", folder.path());
    // A port that nobody listens at.
    let output = command.env("REDIS_URL", "redis://127.0.0.1:1").output().unwrap();
    let text = told(&output, &STORY);
    assert_eq!(text.matches("redis 127.0.0.1:1/0 not used since ").count(), 2, "{text}");
}

#[test]
fn a_table_that_is_somebody_elses_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let database = Server::shared().database();
    database.psql("create table bytes_configs (guild_id text primary key)");
    let output = tour("guild_bot", folder.path(), Some(&database.url()));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("give the tour a database of its own"), "{error}");
    assert_eq!(database.psql("select to_regclass('bytes_configs') is null"), "f");
}

#[test]
fn what_a_tour_cannot_use_is_answered_with_what_it_can() {
    let folder = tempfile::tempdir().unwrap();
    for name in EXAMPLES.into_iter().filter(|name| name.ends_with("_bot")) {
        for url in ["", "memory:", "redis://:hunter2@cache", "postgres:/hunter2"] {
            let output = tour(name, folder.path(), Some(url));
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{error}");
            assert!(error.contains("postgres://") && !error.contains("hunter2"), "{name}: {error}");
        }
        let output = example(name, folder.path()).arg("sevre").output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("there is no argument `sevre`"), "{error}");
        let help = example(name, folder.path()).arg("--help").output().unwrap();
        assert!(help.status.success());
        assert!(String::from_utf8_lossy(&help.stdout).contains("CONFIG_URL"));
    }
}

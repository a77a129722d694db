//! `cargo run --example trading`: the tour, on both stores.

use config_tests::postgres::Server;

use config_tests::program::{example, owner, password, told, tour};

/// What every tour tells, in this order.
const STORY: [&str; 12] = [
    "push works: changes arrive at once",
    "reads trading.score_threshold: 0.70",
    "insert into trading_config (status, score_threshold) values ('active', 0.80);",
    "(push): score_threshold is 0.8",
    "ms after the commit",
    "update trading_config set score_threshold = 7 where status = 'active';",
    "the four score weights must add up to 1, and make 1.20",
    "the three wallet weights must add up to 1, and make 1.10",
    "the store cannot be read",
    "the store can be read again",
    "reads 0.75, ",
    "ms after the store came back",
];

#[test]
fn the_tour_needs_nothing_but_rust_takes_seconds_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = tour("trading", folder.path(), None);
    let text = told(&output, &STORY);
    assert!(text.contains("trading.score_threshold must be within 0..=1"), "{text}");
    assert!(!text.contains('\x1b'), "colour where there is no terminal:\n{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "files were left behind");
}

#[test]
fn the_tour_on_postgres_works_as_an_ordinary_role_and_leaves_rows_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let database = Server::shared().database();
    let owner = owner(&database);
    let role = &owner.name;
    let text = told(&tour("trading", folder.path(), Some(&owner.url)), &STORY);
    assert!(
        text.contains(r#"violates check constraint "trading_config_score_threshold_check""#),
        "{text}"
    );
    assert!(!text.contains(password(&owner.url)), "the password is in the output:\n{text}");
    let rows = "select to_jsonb(t) - '{id, version, created_at, activated_at}'::text[] from trading_config t";
    assert_eq!(database.psql(rows), "");

    database.psql(
        "insert into trading_config (status, score_threshold, max_concurrent_positions, reason) \
         values ('active', 0.80, 7, 'calmer'), ('draft', 0.1, null, null); \
         insert into scoring_config (status, timing_decay_hours) values ('active', 9);",
    );
    let before = database.psql(&format!("set role {role}; {rows}"));
    told(
        &tour("trading", folder.path(), Some(&owner.url)),
        &["reads trading.score_threshold: 0.80, from the table"],
    );
    let after = database.psql(rows);
    assert_eq!(sorted(&after, role), sorted(&before, role));
}

#[test]
fn a_wrong_url_ends_the_example_with_what_to_do_and_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    for (url, remedy) in [
        (
            "",
            "the store's URL is empty: give `memory:`, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`",
        ),
        (
            "hunter2",
            "the store's URL has no scheme: it starts with `memory:`, `sqlite:` or `postgres://`",
        ),
        (
            "redis://:hunter2@cache",
            "`redis:` is not a store this library knows: use `memory:`, `sqlite:PATH` or `postgres://…`",
        ),
        (
            "sqlite:",
            "`sqlite:` needs a path: `sqlite:config.db`, or `sqlite:/var/lib/app/config.db`",
        ),
        (
            "postgres:/hunter2",
            "the postgres URL cannot be used: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        ),
        ("memory:", "this tour needs SQL: give sqlite:PATH or postgres://… as CONFIG_URL"),
        ("sqlite:no/such/folder/config.db", "see that its folder exists and may be written"),
    ] {
        let output = example("trading", folder.path()).env("CONFIG_URL", url).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(remedy), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn an_argument_that_is_not_known_is_answered_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    let output = example("trading", folder.path()).arg("sevre").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error.contains("there is no argument `sevre`") && error.contains("-- serve"),
        "{error}"
    );
    let help = example("trading", folder.path()).arg("--help").output().unwrap();
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("CONFIG_URL"));
}

/// Rows in no order, whoever wrote them.
fn sorted<'a>(rows: &'a str, author: &str) -> Vec<String> {
    let author = format!("\"created_by\": \"{author}\"");
    let anybody = |row: &'a str| row.replace(&author, "").replace("\"created_by\": \"admin\"", "");
    let mut rows: Vec<_> = rows.lines().map(anybody).collect();
    rows.sort();
    rows
}

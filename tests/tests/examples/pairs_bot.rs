//! `cargo run --example pairs_bot`: blocks by pair, and by pair and strategy, on both stores.

use config_tests::postgres::Server;

use config_tests::program::{example, owner, password, told, tour};

/// What the tour tells, in this order.
const STORY: [&str; 20] = [
    "pair           6 rows: all in memory",
    "trial      1,800 rows: those that are used",
    "has started and is warm after ",
    "again every 3600s",
    "BTC/USDT  from 10 up; risks 0.5 %, stops at 3 %; breakout 55, mean_reversion 20, momentum 14",
    "ETH/USDT  from 10 up; risks 1.0 %, stops at 3 %",
    "portfolio at most 6 positions and 60 % of the balance",
    "should_trade(\"ETH/USDT\"): yes\n",
    "should_trade(\"DOGE/USDT\"): no, it is not active",
    "should_trade(\"ETH/USDT\"): no, trading is off, ",
    "should_trade(\"ETH/USDT\"): yes, ",
    "pair_risk has changed: ETH/USDT\n",
    "ETH/USDT stops at 1.2 %, ",
    "BTC/USDT has the same copy as before",
    "trial has changed: (\"ETH/USDT\", \"momentum\", \"7\")\n",
    "trial 7 looks back 99, ",
    "copies loaded: 1 of 1,800",
    "1,800 entries: 1,200 active, 600 expired",
    "warm_all(): 1,800 in ",
    "1,800 entries: 1,800 active, 0 expired",
];

#[test]
fn all_pairs_are_in_memory_and_a_write_touches_its_own_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = told(&tour("pairs_bot", folder.path(), None), &STORY);
    assert!(!text.contains("DOGE/USDT  from"), "a pair that is not active is listed:\n{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "files were left behind");
}

#[test]
fn the_same_happens_on_postgres_and_the_tables_are_empty_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let database = Server::shared().database();
    let owner = owner(&database);
    for _ in 0..2 {
        let text = told(&tour("pairs_bot", folder.path(), Some(&owner.url)), &STORY);
        assert!(!text.contains(password(&owner.url)), "the password is in the output:\n{text}");
        let left = "select count(*) from trial_config, (select from pair_config) as pair";
        assert_eq!(database.psql(left), "0");
    }
    database.psql("insert into portfolio_config (status) values ('active')");
    let output = tour("pairs_bot", folder.path(), Some(&owner.url));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("portfolio_config") && error.contains("it has 1 rows"), "{error}");
    assert_eq!(database.psql("select count(*) from portfolio_config"), "1");
}

#[test]
fn it_is_faster_with_the_cache_than_without() {
    let folder = tempfile::tempdir().unwrap();
    let text = told(&tour("pairs_bot", folder.path(), None), &[]);
    let gains: Vec<f64> = text
        .lines()
        .filter_map(|line| line.split_once(" times as fast")?.0.rsplit(' ').next()?.parse().ok())
        .collect();
    assert!(gains.len() == 2 && gains.iter().all(|gain| *gain > 1.0), "{gains:?}\n{text}");
}

#[test]
fn the_lifetime_and_the_interval_can_be_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = example("pairs_bot", folder.path());
    let output = command.env("TTL_SECONDS", "60").env("WARM_SECONDS", "600").output().unwrap();
    told(&output, &["again every 600s", "TTL 60s"]);
    let mut command = example("pairs_bot", folder.path());
    let output = command.env("TTL_SECONDS", "soon").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("TTL_SECONDS is `soon`: give a whole number of seconds"), "{error}");
}

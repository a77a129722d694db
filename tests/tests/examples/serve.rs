//! `cargo run --example trading -- serve`: stays up and tells what happens.

use config_tests::postgres::Server;

use config_tests::program::{Running, example};

#[test]
fn serve_says_what_to_type_tells_the_change_and_ends_on_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = example("trading", folder.path());
    command.arg("serve");
    let mut serve = Running::start(command);
    let file = folder.path().join("config-sdk-trading.db");
    serve.line("cargo run --example trading -- config set trading.score_threshold=0.8");
    let line = serve.line("sqlite3 ");
    let (shell, sql) = line.split_once(" \"").expect("the SQL stands in quotes");
    assert!(shell.ends_with(&format!("sqlite3 '{}'", file.display())), "{line}");
    serve.line("push works");

    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute(sql.trim_end_matches('"'), []).unwrap();
    serve.line("published trading from version 1, epoch 1 (push): score_threshold is 0.8");
    connection.execute("update trading_config set min_position_sol = 2", []).unwrap();
    serve.line("turned away trading version 2, 1 fault");
    serve.line("trading.min_position_sol = 2: must not be above max_position_sol, 1.0 (check)");

    assert!(serve.interrupt().success());
    serve.line("trading.score_threshold is 0.8, from the store");
}

#[test]
fn serve_on_postgres_says_what_to_type_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let database = Server::shared().database();
    let mut command = example("trading", folder.path());
    command.arg("serve").env("CONFIG_URL", database.url());
    let mut serve = Running::start(command);
    let place = format!("host=127.0.0.1 port={} user=admin", database.server().port());
    serve.line(&format!("psql \"{place} dbname={}\" -c \"insert into", database.name()));
    serve.line("push works");
    database.psql("insert into risk_config (status, max_order_attempts) values ('active', 4)");
    serve.line("published risk from version 1, epoch 1 (push): max_order_attempts is 4");
    assert!(serve.interrupt().success());
    let url = database.url();
    let password = url.split(['@']).next().and_then(|login| login.rsplit(':').next());
    assert!(!serve.text().contains(password.unwrap()));
}

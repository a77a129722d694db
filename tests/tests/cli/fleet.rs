//! Other processes: watched, waited for, asked to read again.

use config_tests::program::{Running, example};

use crate::stage::{Stage, on_both};

fn serve(stage: &Stage) -> Running {
    let mut command = example("trading", stage.folder.path());
    command.arg("serve").envs(stage.url.iter().map(|url| ("CONFIG_URL", url)));
    let mut serve = Running::start(command);
    serve.line("push works");
    serve
}

#[test]
fn a_change_is_waited_for_until_every_process_has_it() {
    on_both("trading", |stage| {
        let mut serve = serve(stage);
        let is_there = || stage.config(&["status", "--fleet"]).out.contains("trading");
        config_tests::wait::until_sync("the process", std::time::Duration::from_secs(20), || {
            is_there().then_some(())
        });
        let set = ["set", "trading.score_threshold=0.8", "--wait=20s", "--json"];
        let told = stage.config(&set).ends(0).json();
        assert_eq!(told["arrival"]["there"][0]["name"], "trading", "{told}");
        assert_eq!(told["arrival"]["missing"].as_array().map(Vec::len), Some(0));
        serve.line("score_threshold is 0.8");
        stage.config(&["refresh", "trading", "--wait=20s"]).ends(0).tells(&["1 process has it"]);
        let fleet = stage.config(&["status", "--fleet", "--json"]).ends(0).json();
        assert_eq!(fleet["processes"][0]["ready"], true);
        assert_eq!(fleet["healthy"], true);
        assert!(serve.interrupt().success());
        let nobody = ["no process reports itself"];
        stage.config(&["refresh", "--wait"]).ends(0).tells(&nobody);
        stage.config(&["status", "--fleet"]).ends(0).tells(&["or `trading` was not built to"]);
        stage.config(&["refresh", "tradin"]).ends(2).warns(&["did you mean `trading`?"]);
    });
}

#[test]
fn a_process_that_does_not_take_a_change_is_named_and_waited_for_in_vain() {
    let stage = Stage::sqlite("trading").migrated();
    let serve = serve(&stage);
    let is_there = || stage.config(&["status", "--fleet"]).out.contains("trading").then_some(());
    config_tests::wait::until_sync("the process", std::time::Duration::from_secs(20), is_there);
    // Not while it writes, for then nobody else could.
    let path = stage.folder.path().join("config-sdk-trading.db");
    let others = rusqlite::Connection::open(path).expect("the file");
    config_tests::wait::until_sync("a pause", std::time::Duration::from_secs(20), || {
        serve.freeze();
        let free = others.execute_batch("begin immediate; rollback");
        free.inspect_err(|_| serve.thaw()).ok()
    });
    let said = stage.config(&["set", "trading.score_threshold=0.8", "--wait=1s"]).ends(5);
    said.tells(&["trading is at version 1", "after 1s 0 of 1 have it; missing:", "is at epoch 0"]);
    assert_eq!(stage.config(&["get", "trading.score_threshold"]).out, "0.8\n");
}

#[test]
fn what_happens_is_watched_until_ctrl_c_a_line_each() {
    on_both("trading", |stage| {
        let mut watch = Running::start(stage.command(&["watch", "--json"]));
        watch.line("push_works");
        let mut people = Running::start(stage.command(&["watch"]));
        people.line("push works: changes arrive at once");
        stage.config(&["set", "trading.score_threshold=0.8"]).ends(0);
        let line = watch.line("published");
        let event: serde_json::Value = serde_json::from_str(&line).expect("a line of JSON");
        assert_eq!((&event["block"], &event["version"]), (&"trading".into(), &1.into()));
        assert!(event["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
        people.line("published trading from version 1");
        assert!(watch.interrupt().success() && people.interrupt().success());
    });
}

#[test]
fn the_status_ends_well_only_if_all_is_well() {
    on_both("trading", |stage| {
        stage.config(&["status"]).ends(0).tells(&["connected", "works: changes arrive at once"]);
        let status = stage.config(&["status", "--json"]).ends(0).json();
        assert_eq!(status["healthy"], true);
        assert_eq!(status["blocks"][0]["name"], "trading");
        let none = ["--url", "sqlite:no/such/file.db"];
        stage.config(&[&["status"], &none[..]].concat()).ends(1).tells(&["not healthy"]);
    });
}

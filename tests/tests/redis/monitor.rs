//! What a server is asked to do: nothing that blocks it, and nothing that stays for ever.

use std::collections::BTreeSet;

use config_sdk::Key;

use crate::stage::{BytesConfig, SOON, Stage};

#[tokio::test]
async fn no_key_is_listed_and_no_value_stays_for_ever() {
    let stage = Stage::new();
    let monitor = stage.redis.monitor();
    let (here, there) = (stage.process().await, stage.process().await);
    for round in 0..5 {
        for config in [&here, &there] {
            let bytes = config.keyed::<BytesConfig>();
            bytes.warm(["guild-1", "guild-2", "guild-3"]).await;
        }
        stage.kept(4).await;
        let epoch = stage.set_daily("guild-1", round + 1);
        here.wait_for(epoch, SOON).await.unwrap();
        let bytes = here.keyed::<BytesConfig>();
        bytes.invalidate_matching("guild-?");
        bytes.clear();
        let epoch = stage.store.set("bytes", [("daily_amount", &*round.to_string())]);
        here.wait_for(epoch, SOON).await.unwrap();
        stage.store.remove_key("bytes", &Key::new(["guild-1"]).unwrap());
    }
    let commands = monitor.commands();
    let names: BTreeSet<_> = commands.iter().map(|command| command[0].as_str()).collect();
    assert!(names.contains("SET") && names.contains("HSET"), "{names:?}");
    for never in ["KEYS", "FLUSHDB", "FLUSHALL", "EVAL", "DEL"] {
        assert!(!names.contains(never), "{names:?}");
    }
    for set in commands.iter().filter(|command| command[0] == "SET") {
        assert!(set.iter().any(|word| word.eq_ignore_ascii_case("PX")), "{set:?}");
    }
    for name in stage.redis.cli(&["--scan"]).lines() {
        let left: i64 = stage.redis.cli(&["PTTL", name]).parse().unwrap();
        assert!(left != -1, "{name:?} stays for ever");
    }
}

#[tokio::test]
async fn a_process_holds_one_connection_however_much_it_reads() {
    let stage = Stage::new();
    let config = stage.process().await;
    let bytes = config.keyed::<BytesConfig>();
    for number in 0..200 {
        bytes.get(format!("guild-{number}")).await;
    }
    let clients = stage.redis.cli(&["CLIENT", "LIST"]);
    let ours = clients.lines().filter(|client| !client.contains("cmd=client")).count();
    assert_eq!(ours, 1, "{clients}");
}

#[tokio::test]
async fn a_thousand_keys_are_asked_for_in_one_question() {
    let stage = Stage::new();
    let config = stage.process().await;
    let keys: Vec<_> = (0..1000).map(|number| format!("guild-{number}")).collect();
    let monitor = stage.redis.monitor();
    config.keyed::<BytesConfig>().warm(keys.iter().map(String::as_str)).await;
    stage.kept(1001).await;
    let second = stage.process().await;
    second.keyed::<BytesConfig>().warm(keys.iter().map(String::as_str)).await;
    let asked = monitor.commands().iter().filter(|command| command[0] == "MGET").count();
    assert_eq!(asked, 2);
    assert_eq!(stage.store.loads(), 1);
}

//! What is there once in a process: the installed configuration, and SIGHUP.

use config_sdk::{AlreadyInstalled, Event, MemoryStore, Trigger, global};
use rustix::process::{Signal, getpid, kill_process};

use crate::blocks::TradingConfig;
use crate::stage::{self, HOUR};

#[tokio::test]
async fn one_configuration_is_installed_and_reached_from_anywhere() {
    let panic = std::thread::spawn(|| drop(global().clone())).join().unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(said.contains("call `config.install()?` where the program starts"), "{said}");
    let store = MemoryStore::new();
    store.set("trading", [("max_positions", "9")]);
    let config = stage::on_memory(&store).await;
    config.install().unwrap();
    let read = || global().get::<TradingConfig>().max_positions;
    assert_eq!(std::thread::spawn(read).join().unwrap(), 9);
    let error = stage::on_memory(&MemoryStore::new()).await.install().unwrap_err();
    assert_eq!(error, AlreadyInstalled);
    let wanted =
        "a configuration is installed already: install one, once, where the program starts";
    assert_eq!(error.to_string(), wanted);
    assert_eq!(read(), 9);
}

#[tokio::test]
async fn sighup_forces_a_refresh_of_all_blocks_where_the_program_asked_for_it() {
    let (store, other) = (MemoryStore::new(), MemoryStore::new());
    let builder = stage::builder().ttl(HOUR).store(store.clone());
    let config = builder.refresh_on_sighup().start().await.unwrap();
    let bystander = stage::on_memory(&other).await;
    for config in [&config, &bystander] {
        stage::listening(config).await;
        config.refresh_all().await.unwrap();
    }
    for store in [&store, &other] {
        store.lose_notifications();
        store.set("trading", [("max_positions", "9")]);
    }
    let mut events = config.events();
    kill_process(getpid(), Signal::HUP).unwrap();
    let Some(Event::Published { trigger, .. }) = stage::soon(events.next()).await else { panic!() };
    assert_eq!(trigger, Trigger::Forced);
    assert_eq!(config.get::<TradingConfig>().max_positions, 9);
    assert_eq!(bystander.get::<TradingConfig>().max_positions, 5);
}

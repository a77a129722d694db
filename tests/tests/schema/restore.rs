//! A store that is dumped and brought back in another place goes on where it was.

use config_sdk::Config;
use config_tests::postgres::Server;

use crate::blocks::{FIRST_ROWS, First, Pace};
use crate::store::{SOON, Store};

const HISTORY: &str = "select * from config_sdk.change order by id";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_dump_has_epoch_history_and_triggers() {
    let database = Server::shared().database();
    let program =
        |url: &str| Config::builder().block::<First>().block::<Pace>().url(url).start_timeout(SOON);
    program(&database.url()).migrate_now().await.unwrap();
    database.psql(FIRST_ROWS);
    database.psql("update limits_config set most = 60, reason = 'more' where status = 'active'");

    let copy = Server::shared().database();
    copy.psql(&database.dump(&[]));
    for same in [
        "select epoch, floor from config_sdk.epoch",
        HISTORY,
        "select * from limits_config order by id",
    ] {
        assert_eq!(copy.psql(same), database.psql(same), "{same}");
    }
    assert_eq!(program(&copy.url()).migrate_now().await.unwrap(), []);

    let (copy, database) = (Store::Postgres(copy), Store::Postgres(database));
    assert_eq!(copy.structure(), database.structure());
    let config = program(&copy.url()).start().await.unwrap();
    assert_eq!(config.check().await.unwrap(), []);
    assert_eq!(config.get::<First>().most, 60);
    copy.sql("update limits_config set most = 70 where status = 'active'");
    let epoch = copy.sql("select epoch from config_sdk.epoch").parse().unwrap();
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(config.get::<First>().most, 70);
    assert_eq!(
        copy.sql("select epoch, version, what from config_sdk.change order by id desc limit 1"),
        "5|5|update"
    );
    copy.sql("insert into limits_config (most) values (1)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_file_has_epoch_history_and_triggers() {
    let store = Store::sqlite();
    store.migrate::<First>().await;
    store.sql(FIRST_ROWS);
    let copy = Store::sqlite();
    let path = copy.url().replace("sqlite:", "");
    store.sql(&format!("vacuum into '{path}'"));
    assert_eq!(copy.epoch(), store.epoch());
    let history = "select * from config_sdk_change order by id";
    assert_eq!(copy.sql(history), store.sql(history));
    assert_eq!(copy.check::<First>().await, []);
    let config = copy.start::<First>().await;
    copy.sql("update limits_config set most = 70 where status = 'active'");
    config.wait_for(copy.epoch(), SOON).await.unwrap();
    assert_eq!(config.get::<First>().most, 70);
}

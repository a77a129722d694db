//! The three roles that `schema` makes: what each may do, and what it may not.

use config_sdk::{Config, Deed, Dialect, Entry, PushState, StoreState};
use config_tests::postgres::{Role, Server};
use config_tests::wait;

use super::stage::{Process, Stage, all, place, texts};
use crate::adopted::{Bytes, TABLE};
use crate::blocks::{First, Grown, Pace};
use crate::keys::Guild;
use crate::store::{SOON, Store};

/// A store with its roles, and a login that has each.
struct Cast {
    stage: Stage,
    reader: Role,
    operator: Role,
    owner: Role,
}

async fn cast() -> Cast {
    let stage = Stage::set().await;
    stage.sql(&printed(&stage.store));
    let login = |role: &str| {
        let login = stage.database().role("");
        stage.sql(&format!("grant {role} to {}", login.name));
        login
    };
    let reader = login("config_sdk_reader");
    let operator = login("config_sdk_operator");
    let owner = login("config_sdk_owner");
    Cast { stage, reader, operator, owner }
}

fn printed(store: &Store) -> String {
    let program = store.program::<First>().block::<Pace>().keyed::<Guild>(Default::default());
    program.schema(Dialect::Postgres)
}

/// Tries what this role may not do.
#[track_caller]
fn is_refused(role: &Role, ways: &[&str]) {
    for way in ways {
        let refusal = role.try_psql(way).expect_err(way);
        let refused = refusal.contains("permission denied") || refusal.contains("must be owner");
        assert!(refused, "{way}: {refusal}");
    }
}

/// What neither who reads nor who operates may do.
const OWNERS: [&str; 10] = [
    "truncate limits_config",
    "alter table limits_config disable trigger config_sdk_update",
    "create trigger t before insert on limits_config execute function config_sdk.lock()",
    "update config_sdk.epoch set epoch = 0",
    "delete from config_sdk.change",
    "insert into config_sdk.expiry (at, note) values (now(), '')",
    "delete from config_sdk.process",
    "select config_sdk.advance('limits', 99)",
    "select config_sdk.prune(0)",
    "create table config_sdk.mine ()",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_reads_follows_and_reports_itself_and_does_nothing_else() {
    let Cast { stage, reader, .. } = cast().await;
    let program = Config::builder().block::<First>().block::<Pace>().url(&reader.url);
    let config = program.start_timeout(SOON).start().await.unwrap();
    assert_eq!(config.status().store, StoreState::Connected);
    wait::until("push", SOON, async || config.status().push == PushState::Push).await;
    stage.process.set(&place::<First>(), "most", "9").await;
    wait::until("the change", SOON, async || config.get::<First>().most == 9).await;
    assert_eq!(config.check().await.unwrap(), []);
    // As an operator looks at it: everything but what will be taken back, and nothing can be changed.
    let looking = config.operator().unwrap();
    assert!(looking.check().await.unwrap().is_empty());
    assert_eq!(looking.explain("limits.most").await.unwrap().value.as_i64(), Some(9));
    let plan = looking.change().set_path("limits.most", "8").plan().await.unwrap();
    let refused = plan.apply().await.unwrap_err().to_string();
    assert!(refused.contains("have config_sdk_operator granted to it"), "{refused}");
    let process = Process::at(&reader.url);
    process.writer().report("mine", "here", SOON).await.unwrap();
    assert_eq!(stage.process.writer().processes().await.unwrap().len(), 1);
    process.writer().leave("mine").await.unwrap();

    is_refused(&reader, &OWNERS);
    is_refused(
        &reader,
        &[
            "insert into limits_config (status) values ('active')",
            "update limits_config set most = 1",
            "delete from limits_config",
            "select before from config_sdk.change",
            "select * from config_sdk.process",
            "select * from config_sdk.expiry",
            "select config_sdk.begin_write()",
            "select config_sdk.expire_in('1s', '')",
            "select config_sdk.undo(1)",
            "select config_sdk.invalidate('guild', '{}')",
        ],
    );
}

#[tokio::test]
async fn an_operator_writes_by_what_keeps_history_and_by_nothing_else() {
    let Cast { stage, operator, .. } = cast().await;
    let process = Process::at(&operator.url);
    let (writer, limits) = (process.writer(), place::<First>());
    let set = Deed::Set(texts([("most", "9"), ("token", "hunter2")]));
    let mut write = all([Entry::new(limits.clone(), None, set)]);
    write.expires.push((SOON, "back".to_owned()));
    writer.write(&write).await.unwrap();
    let mut back = all([process.entry(&limits, Deed::Set(texts([("most", "5")]))).await]);
    back.undoes.push(writer.expiring().await.unwrap()[0].id);
    writer.write(&back).await.unwrap();
    process.act(&limits, Deed::Save(texts([("most", "6")]))).await.unwrap();
    process.act(&limits, Deed::Activate(3)).await.unwrap();
    let past = writer.past(&limits, 9).await.unwrap();
    assert_eq!(past.log.len(), 5);
    assert_eq!(past.log[0].via, Some(format!("{}/config-sdk", operator.name)));
    writer.report("mine", "here", SOON).await.unwrap();
    assert_eq!(writer.processes().await.unwrap().len(), 1);
    let sql = "select config_sdk.invalidate('guild', '{\"guild_id\": {\"like\": \"*\"}}')";
    operator.try_psql(sql).unwrap();
    operator.try_psql("update limits_config set most = 1 where status = 'active'").unwrap();
    is_refused(&operator, &OWNERS);
    is_refused(
        &operator,
        &["update config_sdk.change set who = 'me'", "alter table limits_config add column x int"],
    );
    assert_eq!(stage.sql("select count(*) from config_sdk.change"), "7");
}

#[tokio::test]
async fn an_owner_migrates_and_what_it_makes_is_the_others_to_use() {
    let Cast { stage, reader, operator, owner } = cast().await;
    stage.process.set(&place::<First>(), "most", "9").await;
    let program = Config::builder().block::<Grown>().url(&owner.url);
    let steps = program.migrate_now().await.unwrap();
    assert!(!steps.is_empty() && steps.iter().all(|step| step.done), "{steps:?}");
    // From nothing, with the bookkeeping of its own.
    stage.sql("drop table guild_config");
    let program = Config::builder().keyed::<Guild>(Default::default()).url(&owner.url);
    assert!(program.migrate_now().await.unwrap().iter().all(|step| step.done));
    let process = Process::at(&operator.url);
    process.set(&place::<Guild>(), "daily", "9").await;
    reader.try_psql("select daily from guild_config").unwrap();
    let owners = "select string_agg(distinct relowner::regrole::text, ' ') from pg_class
        where relname in ('guild_config', 'limits_config', 'epoch', 'change', 'process')";
    assert_eq!(stage.sql(owners), "config_sdk_owner");
    // And the bookkeeping of another release.
    stage.sql("comment on schema config_sdk is 'version 2'; drop function config_sdk.undo");
    let steps = program.migrate_now().await.unwrap();
    assert_eq!(steps.len(), 1, "{steps:?}");
    process.set(&place::<Guild>(), "daily", "8").await;
    owner.try_psql("select config_sdk.prune(1)").unwrap();
}

#[tokio::test]
async fn an_adopted_table_stays_its_owners_and_is_the_others_to_use() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else { panic!() };
    store.sql(TABLE);
    store.migrate::<Bytes>().await;
    store.sql(&store.program::<Bytes>().schema(Dialect::Postgres));
    let operator = database.role("");
    store.sql(&format!("grant config_sdk_operator to {}", operator.name));
    operator.try_psql("update bytes_configs set daily_amount = 3").unwrap();
    is_refused(&operator, &["truncate bytes_configs"]);
    let owner = "select relowner::regrole from pg_class where relname = 'bytes_configs'";
    assert_eq!(store.sql(owner), "admin");
}

#[tokio::test]
async fn whoever_owned_the_tables_before_loses_nothing() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else { panic!() };
    let former = database.role("");
    store.sql(&format!("grant create on schema public to {}", former.name));
    store.sql(&format!("grant create on database {} to {}", database.name(), former.name));
    let program = Config::builder().block::<First>().url(&former.url);
    program.migrate_now().await.unwrap();
    store.sql(&printed(&store));
    former.try_psql("insert into limits_config (status, most) values ('active', 9)").unwrap();
    let program = Config::builder().block::<Grown>().url(&former.url);
    assert!(program.migrate_now().await.unwrap().iter().all(|step| step.done));
}

#[tokio::test]
async fn who_may_not_make_roles_is_told_and_gets_the_rest() {
    // A server of its own, on which nobody has made them yet.
    let server = Server::start();
    let database = server.database();
    let plain = database.role("");
    database.psql(&format!("grant create on schema public to {}", plain.name));
    database.psql(&format!("grant create on database {} to {}", database.name(), plain.name));
    let sql = Config::builder().block::<First>().url(&plain.url).schema(Dialect::Postgres);
    plain.try_psql(&sql).unwrap();
    plain.try_psql("insert into limits_config (status, most) values ('active', 9)").unwrap();
    assert_eq!(
        database.psql("select count(*) from pg_roles where rolname like 'config\\_sdk\\_%'"),
        "0"
    );
    // An administrator runs it as well, and it is made whole.
    database.psql(&sql);
    plain.try_psql("update limits_config set most = 8").unwrap();
    let reader = database.role("");
    database.psql(&format!("grant config_sdk_reader to {}", reader.name));
    reader.try_psql("select most from limits_config").unwrap();
}

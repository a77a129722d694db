//! No way leads around the log, into another's place, or to the rights of the store's owner.

use std::time::Duration;

use config_sdk::{Deed, Entry};

use super::stage::{Process, Stage, all, place, texts};
use crate::adopted::{Bytes, TABLE};
use crate::adopting::adopt;
use crate::blocks::{First, Pace};
use crate::store::{SOON, Store};

#[tokio::test]
async fn an_update_that_gives_a_row_another_number_is_logged_all_the_same() {
    let stage = Stage::set().await;
    stage.process.set(&place::<First>(), "most", "7").await;
    for id in ["default", "(select 999)"] {
        let sql = format!("update limits_config set id = {id}, most = most + 1");
        // Its identity takes no number that is given.
        let _ = stage.store.attempt(&sql);
    }
    assert_eq!(stage.sql("select most, version from limits_config"), "8|2");
    let log = "select what, before ->> 'most' from config_sdk.change order by id";
    assert_eq!((stage.sql(log), stage.store.epoch()), ("insert|\nupdate|7".to_owned(), 2));
}

#[tokio::test]
async fn the_reason_of_a_version_is_not_rewritten_behind_the_log() {
    let stage = Stage::set().await;
    let sql = "insert into limits_config (status, most, reason) values ('active', 7, 'calmer')";
    stage.sql(sql);
    stage.sql("update limits_config set reason = 'never said'");
    assert_eq!(stage.sql("select reason, version from limits_config"), "calmer|1");
    assert_eq!(stage.store.epoch(), 1);
    // With a new state it is logged.
    stage.sql("update limits_config set reason = 'no more', status = 'archived'");
    assert_eq!(stage.sql("select reason, version from limits_config"), "no more|1");
    assert_eq!(stage.sql("select why from config_sdk.change order by id desc limit 1"), "no more");
}

#[tokio::test]
async fn a_cast_of_the_table_s_owner_never_runs_with_the_rights_of_ours() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else { panic!() };
    let owner = database.role("");
    store.sql(&format!("grant create on schema public to {}", owner.name));
    store.sql("create table ran (who text); grant insert on ran to public");
    owner
        .try_psql(&format!(
            "{TABLE} create type mood as enum ('calm', 'wild');
             create function leak(mood) returns json language plpgsql as $$
                 begin insert into public.ran values (current_user); return '1'; end $$;
             create function leak(mood[]) returns json language plpgsql as $$
                 begin insert into public.ran values (current_user); return '1'; end $$;
             create cast (mood as json) with function leak(mood);
             alter table bytes_configs add mood mood default 'calm', add moods mood[] default '{{wild}}'"
        ))
        .unwrap();
    store.sql("alter table bytes_configs add not_yet text");
    store.migrate::<Bytes>().await;
    adopt::<Bytes>(&store).await;
    owner.try_psql("update bytes_configs set daily_amount = 3").unwrap();
    owner.try_psql("insert into bytes_configs (guild_id) values ('new')").unwrap();
    owner.try_psql("delete from bytes_configs where guild_id = 'new'").unwrap();
    assert_eq!(store.sql("select * from ran"), "");
    assert_eq!(store.sql("select count(*) from config_sdk.change where what <> 'truncate'"), "5");
}

#[tokio::test]
async fn what_is_to_be_undone_is_forgotten_by_nobody_who_does_not_write() {
    let stage = Stage::set().await;
    let mut write =
        all([Entry::new(place::<Pace>(), None, Deed::Set(texts([("per_second", "2")])))]);
    write.expires.push((SOON, "back".to_owned()));
    write.author = Some("ann".to_owned());
    stage.process.writer().write(&write).await.unwrap();
    assert_eq!(stage.sql("select who, via from config_sdk.expiry"), "ann|admin/config-sdk");
    for sql in ["select config_sdk.undo(1)", "select config_sdk.expire_in('1s', '')"] {
        let begun = "select config_sdk.begin_write();"; // in a transaction that is over
        let refused = stage.store.refusal(&format!("{begun} {sql}"));
        assert!(refused.contains("has not begun to write"), "{refused}");
        assert!(refused.contains("config_sdk.begin_write() before"), "{refused}");
    }
    stage.sql("begin; select config_sdk.begin_write(); select config_sdk.undo(1); commit");
    assert_eq!(stage.process.writer().expiring().await.unwrap(), []);
}

#[tokio::test]
async fn a_process_speaks_for_no_other_role_s_process_and_not_for_ever() {
    let stage = Stage::set().await;
    let other = stage.database().role("");
    stage.sql(&format!(
        "grant usage on schema config_sdk to {0};
         grant execute on function config_sdk.report, config_sdk.leave to {0}",
        other.name
    ));
    let (mine, others) = (stage.process.writer(), Process::at(&other.url));
    mine.report("one", "mine", Duration::from_secs(1_000_000)).await.unwrap();
    others.writer().report("one", "not mine", SOON).await.unwrap();
    let notes = "select string_agg(note, ', ' order by note) from config_sdk.process";
    assert_eq!(stage.sql(notes), "mine, not mine");
    others.writer().leave("one").await.unwrap();
    assert_eq!(stage.sql(notes), "mine");
    let capped = "select until - seen <= '61 min' from config_sdk.process";
    assert_eq!(stage.sql(capped), "t");
    let long = "x".repeat(256 * 1024 + 1);
    let refused = mine.report("one", &long, SOON).await.unwrap_err().to_string();
    assert!(refused.contains("process_note_check"), "{refused}");
}

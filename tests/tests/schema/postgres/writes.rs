//! Rows are written all together or not at all, from exactly what they were made from.

use std::time::Duration;

use config_sdk::{ConfigBlock, Deed, Entry, Key, Place, Texts, WriteError};
use config_tests::wait;

use super::stage::{Process, Stage, all, by, guild, place, refusal, text, texts};
use crate::adopted::{Bytes, TABLE};
use crate::adopting::adopt;
use crate::blocks::{First, Pace};
use crate::keys::Guild;
use crate::store::{SOON, Store};

#[tokio::test]
async fn a_first_write_makes_the_row_and_the_next_changes_it() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    assert_eq!(stage.process.row(&limits).await, None);
    let entry = Entry::new(limits.clone(), None, Deed::Set(texts([("most", "7")])));
    let write = by("ann", "calmer", all([entry]));
    let written = stage.process.writer().write(&write).await.unwrap();
    assert_eq!((written.epoch, &*written.versions), (stage.store.epoch(), &[1][..]));
    let row = stage.process.row(&limits).await.unwrap();
    assert_eq!((row.version, text(&row, "most")), (1, Some("7")));
    assert_eq!((row.author.as_deref(), row.reason.as_deref()), (Some("ann"), Some("calmer")));

    let written = stage.process.set(&limits, "mood", "bold").await;
    assert_eq!((written.epoch, &*written.versions), (2, &[2][..]));
    let row = "select most, mood, created_by, reason is null from limits_config";
    assert_eq!(stage.sql(row), "7|bold|admin|t");
}

#[tokio::test]
async fn what_a_row_is_already_moves_no_epoch() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    let first = stage.process.set(&limits, "most", "7").await;
    assert_eq!(stage.process.set(&limits, "most", "7").await, first);
    assert_eq!(stage.process.act(&limits, Deed::Set(Texts::default())).await.unwrap(), first);
    assert_eq!(stage.process.act(&limits, Deed::Hold).await.unwrap(), first);
}

#[tokio::test]
async fn one_stale_entry_keeps_all_from_being_written() {
    let stage = Stage::set().await;
    let (limits, pace) = (place::<First>(), place::<Pace>());
    stage.process.set(&limits, "most", "7").await;
    let write = all([
        stage.process.entry(&pace, Deed::Set(texts([("per_second", "2")]))).await,
        stage.process.entry(&limits, Deed::Hold).await,
    ]);
    stage.sql("update limits_config set most = 8");
    let epoch = stage.store.epoch();
    let written = stage.process.writer().write(&write).await;
    let Err(WriteError::Conflict(conflicts)) = written else { panic!("{written:?}") };
    let [(at, Some(there))] = &conflicts[..] else { panic!("{conflicts:?}") };
    assert_eq!((at, text(there, "most"), there.version), (&limits, Some("8"), 2));
    assert_eq!((stage.store.epoch(), stage.process.row(&pace).await), (epoch, None));
    assert_eq!(stage.process.set(&pace, "per_second", "3").await.versions, [1]);
}

#[tokio::test]
async fn a_row_that_came_or_went_meanwhile_is_a_conflict() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    let deed = || Deed::Set(texts([("most", "7")]));
    let none = stage.process.entry(&limits, deed()).await;
    stage.sql("insert into limits_config (status) values ('active')");
    let some = stage.process.entry(&limits, deed()).await;
    let written = stage.process.writer().write(&all([none])).await;
    assert!(matches!(&written, Err(WriteError::Conflict(at)) if at[0].1.is_some()), "{written:?}");
    stage.sql("delete from limits_config");
    let written = stage.process.writer().write(&all([some])).await;
    assert!(matches!(&written, Err(WriteError::Conflict(at)) if at[0].1.is_none()), "{written:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_writers_one_wins_each_round_and_nothing_is_lost() {
    let stage = Stage::set().await;
    let pace = place::<Pace>();
    stage.process.set(&pace, "per_second", "0").await;
    let writers = (0..16).map(|_| {
        let process = Process::at(&stage.store.url());
        tokio::spawn(async move {
            let mut wins = 0;
            while wins < 3 {
                let from = process.row(&place::<Pace>()).await.unwrap();
                let next: u32 = text(&from, "per_second").unwrap().parse().unwrap();
                let set = Deed::Set(texts([("per_second", &(next + 1).to_string())]));
                let write = all([Entry::new(place::<Pace>(), Some(from), set)]);
                match process.writer().write(&write).await {
                    Ok(_) => wins += 1,
                    Err(WriteError::Conflict(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(stage.sql("select per_second, version from pace_config"), "48|49");
    assert_eq!(stage.store.epoch(), 49);
}

#[tokio::test]
async fn who_writes_twice_in_a_row_is_named_twice() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    for most in ["7", "8"] {
        let entry = stage.process.entry(&limits, Deed::Set(texts([("most", most)]))).await;
        stage.process.writer().write(&by("ann", "as before", all([entry]))).await.unwrap();
    }
    let row = "select version, created_by, reason from limits_config";
    assert_eq!(stage.sql(row), "2|ann|as before");
    let log = "select count(*) from config_sdk.change where who = 'ann' and why = 'as before'";
    assert_eq!(stage.sql(log), "2");
    stage.sql("update limits_config set most = 9");
    let row = "select version, created_by, reason is null from limits_config";
    assert_eq!(stage.sql(row), "3|admin|t", "and nobody else is taken for them");
}

#[tokio::test]
async fn several_blocks_and_keys_are_one_change() {
    let stage = Stage::set().await;
    let daily = |daily| Deed::Set(texts([("daily", daily)]));
    let [limits, pace, shared] = [place::<First>(), place::<Pace>(), place::<Guild>()];
    let write = all([
        Entry::new(
            limits.clone(),
            None,
            Deed::Set(texts([("threshold", "0.1234567890123456789")])),
        ),
        Entry::new(pace.clone(), None, Deed::Set(Texts::default())),
        Entry::new(shared.clone(), None, daily("3")),
        Entry::new(guild("it's \\ \"new\""), None, daily("4")),
        Entry::new(guild("none"), None, Deed::Hold),
    ]);
    let written = stage.process.writer().write(&write).await.unwrap();
    assert_eq!((written.epoch, &*written.versions), (1, &[1, 1, 1, 1, 0][..]));
    let places = [guild("it's \\ \"new\""), shared, limits, guild("none"), pace];
    let rows = stage.process.writer().rows(&places).await.unwrap();
    let texts: Vec<_> = rows.iter().map(|row| row.as_ref().map(|row| row.columns.len())).collect();
    assert_eq!(texts, [Some(2), Some(2), Some(4), None, Some(1)]);
    let at = |at: usize, column| text(rows[at].as_ref().unwrap(), column).unwrap();
    assert_eq!((at(0, "daily"), at(1, "daily")), ("4", "3"));
    assert_eq!(at(2, "threshold"), "0.1234567890123456789");
}

#[tokio::test]
async fn a_row_is_not_left_out_for_its_size() {
    let stage = Stage::set().await;
    let motto = "x".repeat(3 << 20);
    stage.process.set(&guild("a"), "motto", &motto).await;
    let row = stage.process.row(&guild("a")).await.unwrap();
    assert_eq!((row.left_out, text(&row, "motto")), (None, Some(&*motto)));
    let past = stage.process.writer().past(&guild("a"), 9).await.unwrap();
    assert_eq!(past.rows[0].1, row);
}

#[tokio::test]
async fn a_place_is_one_of_its_block() {
    let stage = Stage::set().await;
    let two = Some(Key::new(["a", "b"]).unwrap());
    let odd = Place { block: Guild::schema(), key: two };
    let entry = Entry::new(odd, None, Deed::Set(texts([("daily", "2")])));
    let refusal = refusal(stage.process.writer().write(&all([entry])).await);
    assert!(refusal.contains("is another block's key: guild has 1"), "{refusal}");
}

#[tokio::test]
async fn an_adopted_row_is_compared_by_what_is_in_it() {
    let store = Store::postgres();
    store.sql(TABLE);
    store.sql("alter table bytes_configs add column not_yet text");
    store.migrate::<Bytes>().await;
    let process = Process::at(&store.url());
    let one = Place { block: Bytes::schema(), key: Some(Key::new(["guild-1"]).unwrap()) };
    for tracked in [false, true] {
        if tracked {
            adopt::<Bytes>(&store).await;
        }
        let stale = process.entry(&one, Deed::Set(texts([("daily_amount", "1")]))).await;
        store.sql("update bytes_configs set daily_amount = daily_amount + 1, token = 'x'");
        let written = process.writer().write(&all([stale])).await;
        assert!(matches!(&written, Err(WriteError::Conflict(_))), "{written:?}");
        let fresh = process.entry(&one, Deed::Set(texts([("token", "hunter2")]))).await;
        store.sql("update bytes_configs set owner_note = 'busy'"); // which is no field's
        let epoch = store.epoch();
        let written = process.writer().write(&by("ann", "why", all([fresh]))).await.unwrap();
        assert_eq!((written.epoch, written.versions), (epoch + 1, vec![0]));
    }
    let new = Place { block: Bytes::schema(), key: Some(Key::new(["guild-9"]).unwrap()) };
    process.set(&new, "starting_balance", "9").await;
    assert_eq!(text(&process.row(&new).await.unwrap(), "starting_balance"), Some("9"));
    let past = process.writer().past(&one, 9).await.unwrap();
    let [ann, sql] = &past.log[..] else { panic!("{past:?}") };
    assert_eq!((&*ann.who, &*ann.hidden), ("ann", &["token".to_owned()][..]));
    assert_eq!((&*sql.who, sql.hidden.len()), ("admin", 1), "{sql:?}");
    assert_eq!(text(&ann.before.as_ref().unwrap().1, "daily_amount"), Some("12"));
    let refused = refusal(process.act(&one, Deed::Save(texts([("token", "x")]))).await);
    assert!(refused.contains("has no place for drafts: set the values at once"), "{refused}");
}

#[tokio::test]
async fn a_write_that_is_dropped_leaves_no_lock_and_nothing_by_half() {
    let stage = Stage::set().await;
    let pace = place::<Pace>();
    stage.process.set(&pace, "per_second", "1").await;
    let from = stage.process.row(&pace).await;
    let set = Deed::Set(texts([("per_second", "2")]));
    let write = all([Entry::new(pace.clone(), from, set)]);
    for micros in [0, 100, 300, 600, 1000, 1500, 2000, 3000, 5000] {
        let writing = stage.process.writer().write(&write);
        let _ = tokio::time::timeout(Duration::from_micros(micros), writing).await;
        let now = stage.process.row(&pace).await.unwrap();
        let said = (now.version, text(&now, "per_second").unwrap());
        assert!([(1, "1"), (2, "2")].contains(&said), "{said:?}");
    }
    // While another holds the lock, it is dropped in the middle of waiting for it.
    let other = stage.database().client().await;
    other.batch_execute("begin; select config_sdk.begin_write()").await.unwrap();
    let writing = stage.process.writer().write(&write);
    assert!(tokio::time::timeout(Duration::from_millis(50), writing).await.is_err());
    other.batch_execute("commit").await.unwrap();
    let open = "select count(*) from pg_stat_activity where datname = current_database()
        and xact_start is not null and pid <> pg_backend_pid()";
    wait::until("no transaction", SOON, async || stage.sql(open) == "0").await;
    stage.sql("set lock_timeout = '5s'; update pace_config set per_second = 9");
}

/// In a table of somebody else's, by number.
#[derive(Debug, ConfigBlock)]
#[config(name = "rooms", table = "rooms", key(room: i64), adopt)]
struct Rooms {
    #[config(default = 1)]
    seats: u32,
}

#[tokio::test]
async fn a_key_of_another_type_is_written_as_such_and_the_table_keeps_its_own_time() {
    let store = Store::postgres();
    let Store::Postgres(database) = &store else { panic!() };
    store.sql(
        "create table rooms (room bigint primary key, seats int,
            changed timestamp default localtimestamp)",
    );
    store.sql(&format!("alter database {} set timezone = 'Asia/Tokyo'", database.name()));
    store.migrate::<Rooms>().await;
    adopt::<Rooms>(&store).await;
    let process = Process::at(&store.url());
    let room = Place { block: Rooms::schema(), key: Some(Key::new(["7"]).unwrap()) };
    process.set(&room, "seats", "8").await;
    process.set(&room, "seats", "9").await;
    assert_eq!(text(&process.row(&room).await.unwrap(), "seats"), Some("9"));
    assert_eq!(process.writer().past(&room, 9).await.unwrap().log.len(), 2);
    let hours = "select extract(hour from changed - now() at time zone 'UTC' + '1 min') from rooms";
    assert_eq!(store.sql(hours), "9");
}

//! Copies of keyed blocks: a hit allocates nothing, and what all of them take is what is said of them.

use std::future::ready;

use allocation_counter::measure;
use config_sdk::{
    BlockSchema, BoxFuture, Config, ConfigBlock, Fetched, Key, Keyed, KeyedOptions, Keys, Loaded,
    Moved, Record, Request, Rows, Source, SourceError, Wanted, Which,
};
use tokio::runtime::Runtime;

#[derive(ConfigBlock)]
#[config(key(guild_id: String))]
struct GuildConfig {
    #[config(default = 10)]
    daily_amount: i64,
    greeting: Option<String>,
}

#[derive(ConfigBlock)]
#[config(key(guild_id: String), resident)]
struct ClubConfig {
    #[config(default = 10)]
    daily_amount: i64,
    greeting: Option<String>,
}

#[test]
fn no_hit_of_a_keyed_block_allocates() {
    let (runtime, guilds) = start(KeyedOptions::new());
    runtime.block_on(guilds.warm(["guild-1"]));
    let read = || guilds.peek("guild-1").map_or(0, |guild| guild.daily_amount as usize);
    // The first read of a thread makes room for its counts.
    assert_eq!(read(), 20);
    crate::none("peek", read);
    let get = || runtime.block_on(guilds.get("guild-1")).daily_amount as usize;
    assert_eq!(get(), 20);
    crate::none("get", get);
}

#[test]
fn a_hundred_thousand_copies_take_what_is_said_of_them_give_or_take_a_tenth() {
    let options = KeyedOptions::new().max_entries(100_000).max_bytes(1 << 30);
    let (taken, guilds) = filled(options);
    let stats = guilds.stats();
    assert_eq!(stats.entries, 100_000);
    let ratio = stats.bytes as f64 / taken as f64;
    assert!((0.9..1.1).contains(&ratio), "{} are said and {taken} taken", stats.bytes);
}

#[test]
fn copies_stay_within_the_bytes_they_may_take_give_or_take_a_tenth() {
    const MOST: usize = 8 << 20;
    let options = KeyedOptions::new().max_entries(100_000).max_bytes(MOST);
    let (taken, guilds) = filled(options);
    let stats = guilds.stats();
    assert!(stats.bytes <= MOST && stats.bytes > MOST / 10 * 9, "{} are said", stats.bytes);
    assert!(taken <= MOST as i64 / 10 * 11, "{taken} are taken");
}

#[test]
fn rows_of_a_resident_block_are_not_held_on_to_where_nothing_is_kept_on_disk() {
    let mut kept = None;
    let taken = measure(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let builder = Config::builder().keyed::<ClubConfig>(KeyedOptions::new()).store(Rich);
        kept = Some((runtime.block_on(builder.start()).unwrap(), runtime));
    });
    let clubs = kept.expect("it was measured").0.keyed::<ClubConfig>();
    assert_eq!(clubs.load("guild-000000007").greeting, Some("x".repeat(40)));
    assert_eq!((clubs.stats().entries, clubs.load("none").daily_amount), (10_000, 10));
    let each = taken.bytes_current / 10_000;
    assert!((200..450).contains(&each), "{each} bytes for each copy");
}

/// What the table and 100,000 copies that were wanted take, in bytes.
fn filled(options: KeyedOptions) -> (i64, Keyed<GuildConfig>) {
    let mut guilds = None;
    let taken = measure(|| {
        let (runtime, started) = start(options);
        for thousand in 0..100 {
            let keys = (0..1000).map(|number| format!("guild-{:09}", thousand * 1000 + number));
            runtime.block_on(started.warm(keys));
        }
        guilds = Some(started);
    });
    (taken.bytes_current, guilds.expect("it was measured"))
}

fn start(options: KeyedOptions) -> (Runtime, Keyed<GuildConfig>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let start = Config::builder().keyed::<GuildConfig>(options).store(Rich).start();
    let config = runtime.block_on(start).unwrap();
    (runtime, config.keyed())
}

/// Every guild has a row.
struct Rich;

impl Source for Rich {
    fn name(&self) -> String {
        "a row for every key".to_owned()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        let mut fetched = Fetched::unchanged(1);
        if request.since.is_none() {
            let moved = |block: &BlockSchema| match block.resident {
                true => Moved::with(Keys::All, Ok(rows((0..10_000).map(guild)))),
                false => Moved::only(Keys::All),
            };
            fetched.keyed = request.blocks.iter().map(|block| (block.name, moved(block))).collect();
        }
        Box::pin(ready(Ok(fetched)))
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        let rows = match wanted.which {
            Which::Keys(keys) => rows(keys.iter().cloned()),
            Which::Page { .. } => Rows::default(),
        };
        Box::pin(ready(Ok(Loaded::at(1, rows))))
    }
}

fn rows(keys: impl Iterator<Item = Key>) -> Rows {
    let row = || Record::new(1).with("daily_amount", "20").with("greeting", "x".repeat(40));
    let mut rows = Rows::default();
    rows.own = keys.map(|key| (key, row())).collect();
    rows
}

fn guild(number: usize) -> Key {
    Key::new([&*format!("guild-{number:09}")]).unwrap()
}

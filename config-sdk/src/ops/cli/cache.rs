//! The copies of keyed blocks: how they are kept, loaded, read again, and how fast.

use std::time::{Duration, Instant};

use serde_json::json;

use super::assignment::quoted;
use super::end::{End, Failure, Outcome};
use super::grammar::Cache;
use super::page::{Lines, Page};
use super::table::table;
use super::{confirmed, fleet, shell, within};
use crate::block::BlockType;
use crate::client::{Config, ConfigBuilder, Door};
use crate::key::Pattern;
use crate::keyed::Warmed;
use crate::ops::Operator;
use crate::source::{Source, Wanted, Which};

pub(super) async fn run(command: Cache, builder: ConfigBuilder, page: &mut Page) -> Outcome {
    let doors = builder.doors();
    match command {
        Cache::Info => Ok(tell_kept(&doors, page)),
        Cache::Stats => {
            let operator = builder.operator()?;
            within(stats(&operator, page)).await
        }
        Cache::Warm { block, keys } => warm(builder, &doors, block, &keys, page).await,
        Cache::Clear { block, pattern, yes } => {
            let operator = builder.operator()?;
            clear(&operator, &block, pattern.as_deref(), yes, page).await
        }
        Cache::Bench { block, keys } => bench(builder, &doors, &block, keys, page).await,
    }
}

/// How each block is kept.
fn tell_kept(doors: &[Door], page: &mut Page) -> End {
    let time = |time: Option<Duration>| {
        time.map_or("the program's".to_owned(), |t| humantime::format_duration(t).to_string())
    };
    let mut rows = Vec::new();
    let mut told = Vec::new();
    for door in doors {
        let (schema, options) = (door.schema, &door.options);
        let keys: Vec<_> = schema.keys.iter().map(|key| key.name).collect();
        let ttl = options.ttl.or(schema.ttl);
        let (most, bytes) = match schema.resident {
            true => ("all".to_owned(), "all".to_owned()),
            false => (options.max_entries.to_string(), options.max_bytes.to_string()),
        };
        rows.push([schema.name.to_owned(), keys.join(", "), most, bytes, time(ttl)]);
        told.push(json!({
            "block": schema.name,
            "keys": keys,
            "resident": schema.resident,
            "max_entries": (!schema.resident).then_some(options.max_entries),
            "max_bytes": (!schema.resident).then_some(options.max_bytes),
            "ttl_seconds": ttl.map(|ttl| ttl.as_secs_f64()),
        }));
    }
    let lines = match rows.as_slice() {
        [] => Lines::plain("this program has no keyed blocks"),
        _ => table(&["block", "key", "copies at most", "bytes at most", "read again after"], rows),
    };
    page.answer(&told, &lines);
    End::Done
}

/// What the processes have read and loaded that report themselves.
async fn stats(operator: &Operator, page: &mut Page) -> Outcome {
    let processes = operator.processes().await?;
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for process in &processes {
        for block in &process.keyed {
            let counted = |name: &str| {
                let count = block.stats.as_ref().and_then(|stats| stats.get(name));
                count.map_or_else(|| "–".to_owned(), ToString::to_string)
            };
            rows.push([
                fleet::name(process),
                block.name.clone(),
                block.entries.to_string(),
                counted("hits"),
                counted("misses"),
                counted("loads"),
                counted("errors"),
                counted("evictions"),
            ]);
            told.push(json!({
                "process": process.name,
                "host": process.host,
                "pid": process.pid,
                "block": block.name,
                "entries": block.entries,
                "stats": block.stats,
            }));
        }
    }
    let header = ["process", "block", "entries", "hits", "misses", "loads", "errors", "evicted"];
    let lines = match rows.as_slice() {
        [] => Lines::plain(format!(
            "no process with keyed blocks reports itself: none runs with this store, or `{}` was not \
             built to",
            shell::program()
        )),
        _ => table(&header, rows),
    };
    page.answer(&told, &lines);
    Ok(End::Done)
}

/// Loads copies, with a bar where somebody watches.
async fn warm(
    builder: ConfigBuilder,
    doors: &[Door],
    block: Option<String>,
    keys: &[String],
    page: &mut Page,
) -> Outcome {
    let operator = builder.operator()?;
    let chosen = match &block {
        Some(name) => vec![door(&operator, doors, name, "warm")?],
        None => doors.iter().collect(),
    };
    let mut wanted = Vec::new();
    for key in keys {
        let path = format!("{}[{key}]", block.as_deref().unwrap_or_default());
        wanted.extend(operator.row(&path)?.1.key);
    }
    let config = started(builder).await?;
    let mut told = serde_json::Map::new();
    let (mut lines, mut end) = (Lines::new(), End::Done);
    for door in chosen {
        let copies = (door.open)(&config);
        let name = door.schema.name;
        let warmed = if wanted.is_empty() {
            let bar = page.working(name);
            let mut tell = |so_far: &Warmed| {
                bar.set_message(format!("{name}: {} loaded", so_far.loaded));
            };
            let warmed = copies.warm_all(&mut tell).await;
            drop(bar);
            warmed
        } else {
            copies.warm(wanted.clone()).await
        };
        let Warmed { loaded, present, failed, error, is_full } = &warmed;
        let said = format!("{name}: {loaded} loaded, {present} in memory already, {failed} failed");
        lines = if *failed == 0 { lines.good(said) } else { lines.bad(said) };
        if let Some(error) = error {
            (lines, end) = (lines.bad(format!("  {error}")), End::Found);
        }
        if *is_full {
            lines = lines.text("  no more fit into memory: raise `max_entries` or `max_bytes`");
        }
        told.insert(name.to_owned(), json!(warmed));
    }
    config.shutdown().await;
    page.answer(&told, &lines);
    Ok(end)
}

/// Has every process read copies again, by way of the store.
async fn clear(
    operator: &Operator,
    block: &str,
    pattern: Option<&str>,
    yes: bool,
    page: &mut Page,
) -> Outcome {
    let schema = keyed(operator, block, "clear")?.schema();
    let pattern = match pattern {
        Some(pattern) => crate::path::pattern(schema, pattern).map_err(Failure::usage)?,
        None => Pattern::all(schema.keys.len()),
    };
    let what = format!("{} {pattern}", schema.name);
    if !yes {
        page.note(&Lines::plain(format!("it would have every process read {what} again")));
    }
    confirmed(page, &format!("Have every process read {what} again?"), yes, true)?;
    let epoch = within(async { Ok(operator.refresh_keys(block, &pattern).await?) }).await?;
    let lines = Lines::new().good(format!("every process reads {what} again (epoch {epoch})"));
    let parts: Vec<_> = pattern.parts().collect();
    page.answer(&json!({ "block": schema.name, "pattern": parts, "epoch": epoch }), &lines);
    Ok(End::Done)
}

/// Reads keys from the store one by one, and then from memory.
async fn bench(
    builder: ConfigBuilder,
    doors: &[Door],
    block: &str,
    count: usize,
    page: &mut Page,
) -> Outcome {
    let operator = builder.operator()?;
    let door = door(&operator, doors, block, "bench")?;
    let source: &dyn Source = &*operator.desk.source;
    let first = Wanted::of(door.schema, Which::Page { after: None, limit: count });
    let page_of_keys = within(async { Ok(source.load(first).await?) }).await?;
    let keys: Vec<_> = page_of_keys.rows.own.into_iter().map(|(key, _)| key).collect();
    if keys.is_empty() {
        return Err(Failure::new(End::Found, format!("{block} has no rows to read")));
    }
    let config = started(builder).await?;
    let copies = (door.open)(&config);
    let began = Instant::now();
    for key in &keys {
        let one = Wanted::of(door.schema, Which::Keys(std::slice::from_ref(key)));
        within(async { Ok(source.load(one).await?) }).await?;
    }
    let store = began.elapsed() / u32::try_from(keys.len()).unwrap_or(u32::MAX);
    copies.warm(keys.clone()).await;
    let rounds = 1000_usize.div_ceil(keys.len());
    let began = Instant::now();
    for key in (0..rounds).flat_map(|_| &keys) {
        copies.get(key).await;
    }
    let reads = rounds.saturating_mul(keys.len());
    let memory = began.elapsed() / u32::try_from(reads).unwrap_or(u32::MAX);
    config.shutdown().await;
    let gain = store.as_secs_f64() / memory.as_secs_f64().max(1e-9);
    let rows = [("store", store, keys.len()), ("memory", memory, reads)];
    let rows =
        rows.map(|(from, time, reads)| [from.to_owned(), reads.to_string(), format!("{time:?}")]);
    let lines = table(&["from", "reads", "each"], rows)
        .text(format!("from memory it is {gain:.0} times as fast"));
    let told = json!({
        "block": door.schema.name,
        "keys": keys.len(),
        "store_seconds": store.as_secs_f64(),
        "memory_seconds": memory.as_secs_f64(),
        "times_as_fast": gain,
    });
    page.answer(&told, &lines);
    Ok(End::Done)
}

/// The block of that name, which has keys; they stand by themselves in `cache COMMAND`.
fn keyed(operator: &Operator, name: &str, command: &str) -> Result<BlockType, Failure> {
    let (block, place) = operator.row(name)?;
    if place.key.is_some() {
        let (block, key) = name.split_once('[').unwrap_or((name, ""));
        let key = match command {
            "bench" => String::new(),
            _ => format!(" {}", quoted(key.strip_suffix(']').unwrap_or(key))),
        };
        let said = format!("the key stands by itself: `cache {command} {block}{key}`");
        return Err(Failure::usage(said));
    }
    match block.schema().is_keyed() {
        true => Ok(block),
        false => {
            Err(Failure::usage(format!("block `{name}` has no keys, and so is always in memory")))
        }
    }
}

fn door<'a>(
    operator: &Operator,
    doors: &'a [Door],
    name: &str,
    command: &str,
) -> Result<&'a Door, Failure> {
    let block = keyed(operator, name, command)?;
    let door = doors.iter().find(|door| door.schema.name == block.schema().name);
    door.ok_or_else(|| Failure::usage(format!("block `{name}` is not registered with `.keyed`")))
}

/// A process that can read the store.
async fn started(builder: ConfigBuilder) -> Result<Config, Failure> {
    let config = builder.start().await?;
    match config.status().store {
        crate::refresh::StoreState::Connected => Ok(config),
        state => Err(Failure::new(End::Store, format!("the store is {state}"))),
    }
}

//! What `start` decides around the first pass.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::StartError;
use super::builder::LONGEST;
use crate::keyed::AnyShelf;
use crate::refresh::{BlockState, Board, Started, Status, StoreState};
use crate::schema::{BlockSchema, OnBoot};

/// The shortest time to live; and short enough to find a block confirmed before it expires.
pub(super) fn poll_interval(ttl: Duration, schemas: &[&'static BlockSchema]) -> Duration {
    let own = |schema: &&BlockSchema| [schema.ttl, schema.max_stale.map(|stale| stale / 2)];
    schemas.iter().flat_map(own).flatten().fold(ttl.min(LONGEST), Duration::min)
}

/// How things stand before the store has been asked.
pub(super) fn board(source: String, blocks: usize, keyed: Vec<Arc<dyn AnyShelf>>) -> Board {
    let since = SystemTime::now();
    let error = "it has not been asked yet".to_owned();
    Board::new(
        source,
        StoreState::Unreachable { since, error },
        BlockState::Stale { since },
        blocks,
        keyed,
    )
}

/// Fails if a block that is required has nothing but its defaults to offer.
pub(super) fn required(
    status: &Status,
    schemas: &[&'static BlockSchema],
    started: Started,
) -> Result<(), StartError> {
    let is_required = |schema: &&&BlockSchema| schema.on_boot == OnBoot::Require;
    let required = schemas.iter().filter(is_required).map(|schema| schema.name);
    let blocks: Vec<_> = required.filter(|name| started.unbacked.contains(name)).collect();
    let Some(first) = blocks.first() else {
        return Ok(());
    };
    let of_block = || match status.block(first).map(|block| (&block.state, &block.error)) {
        Some((BlockState::Rejected { faults }, _)) => Some(faults.to_string()),
        Some((_, error)) => error.clone(),
        None => status.keyed(first)?.error.clone(),
    };
    let reason = started.failure.map(|error| error.to_string()).or_else(of_block);
    let reason = reason.unwrap_or_else(|| "the store has not answered".to_owned());
    Err(StartError::Required { blocks, reason })
}

//! The connections on which keys are loaded: one at rest, a few while loads are slow.

use tokio::sync::{Mutex, Semaphore};

use super::address::Address;
use super::connection::Connection;
use crate::source::SourceError;

/// Most connections at a time. A block asks one question after the other, so that as many blocks but
/// one may be slow before the others have to wait.
const MOST: usize = 4;

/// Connections that are used by one at a time.
#[derive(Debug)]
pub(super) struct Pool {
    places: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    pub(super) fn new() -> Self {
        Self { places: Semaphore::new(MOST), idle: Mutex::default() }
    }

    /// Runs `load` on a connection that nobody else uses; if it is dropped half way, so is the
    /// connection.
    pub(super) async fn with<T, E: From<SourceError>>(
        &self,
        address: &Address,
        load: impl AsyncFnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        // It is never closed.
        let place = self.places.acquire().await.ok();
        let idle = self.idle.lock().await.pop().filter(Connection::is_open);
        let connection = match idle {
            Some(connection) => connection,
            None => Connection::open(address).await?,
        };
        let loaded = load(&connection).await;
        let mut idle = self.idle.lock().await;
        idle.push(connection);
        drop(place);
        if self.places.available_permits() == MOST {
            idle.truncate(1);
        }
        loaded
    }
}

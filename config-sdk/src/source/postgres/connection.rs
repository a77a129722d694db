//! One connection to Postgres, and what its errors mean.

use tokio::task::AbortHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, NoTls};

use super::address::Address;
use crate::source::SourceError;

/// An open connection; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    client: Client,
    driver: AbortHandle,
}

impl Connection {
    pub(super) async fn open(address: &Address) -> Result<Self, SourceError> {
        let connected = address.config().connect(NoTls).await;
        let (client, connection) = connected.map_err(|error| failure(address, &error))?;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to postgres ended");
            }
        });
        Ok(Self {
            client,
            driver: driver.abort_handle(),
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What an error means and what to do about it.
pub(super) fn failure(address: &Address, error: &Error) -> SourceError {
    let Some(said) = error.as_db_error() else {
        return SourceError::unreachable(format!("{address}: {}", told(error)));
    };
    let (user, database) = (address.user(), address.database());
    match *said.code() {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            SourceError::refused(format!(
                "{address} does not let `{user}` in ({}): correct user or password in the URL, or \
                 the server's pg_hba.conf",
                said.message()
            ))
        }
        SqlState::INVALID_CATALOG_NAME => SourceError::refused(format!(
            "{address}: there is no database `{database}`: create it, or correct the URL"
        )),
        SqlState::INSUFFICIENT_PRIVILEGE => SourceError::refused(format!(
            "{address}: `{user}` lacks a privilege ({}): grant it, or migrate as the tables' owner",
            said.message()
        )),
        SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME => SourceError::refused(format!(
            "{address} is not set up ({}): add `.migrate()`, or run the SQL that `schema` prints",
            said.message()
        )),
        SqlState::LOCK_NOT_AVAILABLE | SqlState::T_R_DEADLOCK_DETECTED => {
            SourceError::unreachable(format!(
                "{address}: a transaction of somebody else holds a lock ({}): try again once it has \
                 ended (pg_stat_activity shows it)",
                said.message()
            ))
        }
        _ => SourceError::unreachable(format!("{address}: {}", said.message())),
    }
}

/// The error and its cause: the driver keeps them apart.
pub(super) fn told(error: &Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

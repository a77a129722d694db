//! What a refusal means to who writes.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::address::Address;
use super::connection::failure;
use super::statement::ODD;
use crate::source::SourceError;

/// What an error means and what to do about it. What the server says of a value may quote it, and
/// is told only if it `may_quote`; what it says of a rule that is broken names the rule alone.
pub(super) fn refusal(address: &Address, error: &Error, may_quote: bool) -> SourceError {
    let Some(said) = error.as_db_error() else {
        return failure(address, error);
    };
    let (state, message) = (said.code().code(), said.message());
    if matches!(*said.code(), SqlState::UNDEFINED_FUNCTION | SqlState::UNDEFINED_COLUMN) {
        return SourceError::refused(format!(
            "{address} is not set up for this release ({message}): add `.migrate()`, or run the SQL \
             that `schema` prints"
        ));
    }
    if *said.code() == SqlState::INSUFFICIENT_PRIVILEGE {
        return SourceError::refused(format!(
            "{address}: `{}` may not do this ({message}): have config_sdk_operator granted to it, if \
             the roles that `schema` prints are in use, or do it as the tables' owner",
            address.user()
        ));
    }
    if message.contains(ODD) {
        return SourceError::refused(format!(
            "{address} did not write one row where one was to be written: see which trigger or policy \
             of the table's own stands in the way"
        ));
    }
    match state.get(..2) {
        Some("23" | "44") => SourceError::refused(format!(
            "{address} refuses it ({message}): correct the value, or the rule if that is wrong"
        )),
        Some("22" | "P0") if may_quote => {
            SourceError::refused(format!("{address} refuses it ({message}): correct the value"))
        }
        Some("22" | "P0") => SourceError::refused(format!(
            "{address} refuses it (SQLSTATE {state}; what it says may quote a secret): correct the \
             value"
        )),
        _ => failure(address, error),
    }
}

/// # Errors
/// If `text` holds a NUL.
pub(super) fn without_nul(what: &str, text: &str) -> Result<(), SourceError> {
    match text.contains('\0') {
        false => Ok(()),
        true => Err(SourceError::refused(format!(
            "{what} holds a NUL, which Postgres cannot keep: take it out"
        ))),
    }
}

//! Forgetting the older changes of a SQLite store.

use rusqlite::{Connection, Result, TransactionBehavior};

/// What is forgotten: all up to the floor but the newest deletion of each block and key, so that its
/// number is not given again.
const FORGET: &str = "delete from config_sdk_change as old
    where epoch <= (select floor from config_sdk_epoch)
        and (what <> 'delete' or version is null or exists (
            select 1 from config_sdk_change newer
            where newer.block = old.block and newer.key is old.key
                and newer.what = 'delete' and newer.version > old.version))";

/// Forgets all changes but those of the newest `keep` epochs, and says how many it forgot.
///
/// # Errors
/// The database's; then nothing was forgotten.
pub(super) fn prune(connection: &mut Connection, keep: u64) -> Result<u64> {
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let raise = "update config_sdk_epoch set floor = max(floor, epoch - ?1)";
    transaction.execute(raise, [keep])?;
    let gone = transaction.execute(FORGET, [])?;
    transaction.commit()?;
    Ok(gone as u64)
}

//! Roles for those who read, operate and own a store, and the least rights that each needs.

use super::names::quoted_table;
use super::select::escaped;
use super::triggers::array;
use crate::schema::BlockSchema;

/// Makes the roles that are not there.
const ROLES: &str = include_str!("roles.sql");

/// Grants them their rights, with a place for the adopted tables; those that are its own, the catalog knows.
const GRANTS: &str = include_str!("grants.sql");

/// Asks whether the roles are used in this database: somebody has run what `schema` prints.
pub(super) const ARE_USED: &str = "select has_schema_privilege(\
    to_regrole('config_sdk_reader')::oid, 'config_sdk', 'usage') as used";

/// Makes the roles, and grants them what they need for `blocks`.
pub(crate) fn roles(blocks: &[&BlockSchema]) -> String {
    format!("\n{ROLES}{}", grants(blocks))
}

/// Grants the roles that are there what they need for `blocks`. It takes nothing away, and what may not
/// be granted is a notice.
pub(super) fn grants(blocks: &[&BlockSchema]) -> String {
    let adopted = blocks.iter().filter(|block| block.adopt);
    let tables: Vec<_> = adopted.map(|block| quoted_table(&block.table)).collect();
    GRANTS.replacen("{adopted}", &escaped(&array(tables.iter().map(String::as_str))), 1)
}

//! Roles that are earned, as they are read from what people wrote into the table over the years.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

/// The balance from which a member has a role, by the role's id.
///
/// Reading it cleans it: a threshold that is no whole number is dropped, a negative one becomes 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct RoleRewards(BTreeMap<String, i64>);

/// What stands where a threshold should.
#[derive(Deserialize)]
#[serde(untagged)]
enum Threshold {
    Whole(i64),
    Other(IgnoredAny),
}

impl RoleRewards {
    /// The roles that a member with this balance has.
    pub(crate) fn earned(&self, balance: i64) -> impl Iterator<Item = &str> {
        let earned = self.0.iter().filter(move |(_, threshold)| **threshold <= balance);
        earned.map(|(role, _)| role.as_str())
    }
}

impl<'de> Deserialize<'de> for RoleRewards {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = BTreeMap::<String, Threshold>::deserialize(deserializer)?;
        let cleaned = written.into_iter().filter_map(|(role, threshold)| match threshold {
            Threshold::Whole(threshold) => Some((role, threshold.max(0))),
            Threshold::Other(_) => None,
        });
        Ok(Self(cleaned.collect()))
    }
}

impl fmt::Display for RoleRewards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rewards: Vec<_> =
            self.0.iter().map(|(role, threshold)| format!("{role} from {threshold}")).collect();
        f.write_str(&rewards.join(", "))
    }
}

//! Keyed blocks: a copy for each key, all in memory or those that are used.

mod blocks;
mod bounded;
mod disk;
mod doors;
mod fixed;
mod invalidation;
mod outage;
mod postgres;
mod races;
mod resident;
mod rows;
mod scale;
mod sqlite;
mod warming;

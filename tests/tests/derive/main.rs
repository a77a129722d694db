//! What `#[derive(ConfigBlock)]` makes of a struct, and what it says of a mistake.

mod behaviour;
mod keyed;
mod rules;
mod strict;
mod ui;

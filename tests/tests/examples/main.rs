//! The examples, run as a newcomer runs them.

mod guild_bot;
mod pairs_bot;
mod readme;
mod serve;
mod tour;

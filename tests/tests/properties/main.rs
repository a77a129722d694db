//! What a block holds is what a store gives back, whatever it holds.

mod block;
mod memory;
mod stores;
mod texts;

//! What the metrics say of a configuration's life, and that they are what their essay says.

mod exposition;
mod life;
mod page;
mod postgres;
mod promtool;
mod span;

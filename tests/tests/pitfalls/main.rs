//! Traps that other systems fell into, each as a test; the essay `pitfalls` maps them.

mod bad_values;
mod boot;
mod dependencies;
mod drift;
mod epochs;
mod herds;
mod log;
mod lost_changes;
mod numbers;
mod page;
mod pooler;
mod secrets;
mod stage;
mod torn_views;

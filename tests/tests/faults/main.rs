//! Everything that can break between a program and its store, with readers running throughout.

mod blocks;
mod connections;
mod disk;
mod flood;
mod network;
mod on_call;
mod pooler;
mod program;
mod readers;
mod report;
mod rows;
mod servers;
mod soak;
mod stage;
mod tables;
mod trial;
mod writer;

//! Essays: how values travel, what happens when things fail, what the library is built on.
//!
//! | essay | answers |
//! |---|---|
//! | [`data_flow`] | what happens between a commit and a read, and in which order |
//! | [`keyed`] | a copy for each guild or pair: what is in memory, when it is read, who drops it |
//! | [`failure_modes`] | what readers get in each kind of trouble, and what to do |
//! | [`on_call`] | what the status and the log say in each kind of trouble, and what to do |
//! | [`deploying`] | URLs, encryption, poolers, what is connected and when it is given up |
//! | [`shared_tier`] | what Redis is for, what is kept there, and why it is never wrong |
//! | [`metrics`] | what is counted and measured, what it means, and when to be woken by it |
//! | [`performance`] | what reads, changes, starting and building cost, beside what people use otherwise: every figure, tables, plots |
//! | [`faults`] | how soon each kind of trouble is noticed, and healed once it is over |
//! | [`operating`] | the operator's command line: every command, and what to do on call |
//! | [`editing`] | changing values by SQL: drafts, history, what the triggers do |
//! | [`writing_a_source`] | reading blocks from somewhere else, in a page |
//! | [`pitfalls`] | what went wrong in other systems, and which test holds it here |
//! | [`dependencies`] | what a default build contains, and why |

pub mod data_flow {
    #![doc = include_str!("data_flow.md")]
}

pub mod keyed {
    #![doc = include_str!("keyed.md")]
}

pub mod failure_modes {
    #![doc = include_str!("failure_modes.md")]
}

pub mod on_call {
    #![doc = include_str!("on_call.md")]
}

pub mod deploying {
    #![doc = include_str!("deploying.md")]
}

pub mod shared_tier {
    #![doc = include_str!("shared_tier.md")]
}

pub mod metrics {
    #![doc = include_str!("metrics.md")]
}

pub mod performance;

pub mod faults {
    #![doc = include_str!("faults.md")]
}

pub mod operating {
    #![doc = include_str!("operating.md")]
}

pub mod editing {
    #![doc = include_str!("editing.md")]
}

pub mod writing_a_source {
    #![doc = include_str!("writing_a_source.md")]
    //!
    //! ```
    #![doc = include_str!("json_file.rs")]
    //! ```
    #![doc = include_str!("holding_a_source.md")]
}

pub mod pitfalls {
    #![doc = include_str!("pitfalls.md")]
}

pub mod dependencies {
    #![doc = include_str!("dependencies.md")]
}

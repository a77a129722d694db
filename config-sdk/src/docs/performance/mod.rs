//! What reads, changes, starting and building cost, beside what people use otherwise.
#![doc = ""]
#![doc = include_str!("overview.md")]

pub mod reading {
    #![doc = include_str!("reading.md")]
    #![doc = include_str!("reads_by_threads.svg")]
}

pub mod keyed {
    #![doc = include_str!("keyed.md")]
    #![doc = include_str!("hits_by_exponent.svg")]
}

pub mod changing {
    #![doc = include_str!("changing.md")]
    #![doc = include_str!("propagation_push.svg")]
    #![doc = include_str!("propagation_roads.svg")]
    #![doc = include_str!("cost_by_keys.svg")]
    #![doc = include_str!("writes_by_writers.svg")]
}

pub mod starting {
    #![doc = include_str!("starting.md")]
}

pub mod fleet {
    #![doc = include_str!("fleet.md")]
    //!
    //! # Plots
    #![doc = ""]
    #![doc = include_str!("fleet_last_by_instances.svg")]
    #![doc = include_str!("fleet_processor_by_instances.svg")]
}

pub mod building {
    #![doc = include_str!("building.md")]
}

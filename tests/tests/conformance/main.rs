//! Every store that comes with the library keeps the contract of a source, and so does one of a page;
//! the suite that says so finds the flaws that it is there to find.

mod crowd;
mod flaws;
#[path = "../../../config-sdk/src/docs/json_file.rs"]
mod json_file;
mod key_flaws;
mod manners;
mod stores;
mod writers;

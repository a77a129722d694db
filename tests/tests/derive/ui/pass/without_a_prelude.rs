//! No name is taken from the prelude, nor from what is in scope under the prelude's names.
#![no_implicit_prelude]

#[expect(dead_code, reason = "its names only have to be in the way")]
mod shadows {
    pub struct Option;
    pub struct Result;
    pub struct String;
    pub struct Vec;
    pub struct Box;
    pub struct Value;
    pub struct Decoder;
    pub trait Default {}
    pub trait Into {}
    pub trait From {}
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub mod core {}
    pub mod std {}
    pub mod config_sdk {}
    pub type u32 = ();
    pub type usize = ();
    pub type bool = ();
    pub type str = ();
}

#[expect(unused_imports, reason = "what is generated uses none of them")]
use shadows::*;

/// With every kind of word.
#[derive(::config_sdk::ConfigBlock)]
#[config(table = "risk.limits", ttl = "60s", on_boot = "require", max_stale = "10m")]
#[config(on_stale = "default", check = check, retired = "old")]
struct Limits {
    #[config(default = 5, range = 1..=100, clamp, restart)]
    r#type: ::core::primitive::u32,
    #[config(default = "a", length = 1..9, one_of = ["a", "b"], column = "label")]
    name: ::std::string::String,
    #[config(default = 0.70, range = 0..)]
    threshold: ::core::option::Option<::config_sdk::Decimal>,
    #[config(default = "hush", secret)]
    token: ::core::option::Option<::config_sdk::Secret<::std::string::String>>,
    #[config(default = "1m", range = ..="5m")]
    pause: ::std::time::Duration,
    #[config(default = 1)]
    weight: ::core::primitive::f64,
    #[config(default = ::std::vec::Vec::new(), json, length = ..LIMIT)]
    tiers: ::std::vec::Vec<::core::primitive::i8>,
}

#[derive(::config_sdk::ConfigBlock)]
#[config(key(symbol: ::std::string::String, number: ::core::primitive::u8), resident, adopt)]
struct Pair {}

const LIMIT: ::core::primitive::usize = 8;

fn check(_: &Limits) -> ::core::result::Result<(), ::config_sdk::Faults> {
    ::core::result::Result::Ok(())
}

fn main() {
    let limits = <Limits as ::core::default::Default>::default();
    ::std::assert_eq!(limits.r#type, 5);
    let schema = <Limits as ::config_sdk::ConfigBlock>::schema();
    ::std::assert_eq!(schema.fields[0].name, "type");
    let schema = <Pair as ::config_sdk::ConfigBlock>::schema();
    ::std::assert_eq!(schema.keys[0].name, "symbol");
}

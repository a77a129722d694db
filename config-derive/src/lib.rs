//! The derive of config-sdk: a struct in, a configuration block out.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod attr;
mod check;
mod constant;
mod errors;
mod expand;
mod fallback;
mod model;
mod number;
mod shape;
mod sql_name;
mod syntax;

use attr::BlockAttrs;
use errors::Errors;
use model::Block;
use syn::{DeriveInput, parse_macro_input, parse_quote};

/// Writes `ConfigBlock` and `Default`.
#[proc_macro_derive(ConfigBlock, attributes(config))]
pub fn config_block(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(&parse_macro_input!(input as DeriveInput)).into()
}

fn derive(input: &DeriveInput) -> proc_macro2::TokenStream {
    let mut errors = Errors::default();
    let mut attrs = BlockAttrs::read(&input.attrs, &mut errors);
    let root = match attrs.root.take() {
        Some(root) => root.value,
        None => parse_quote!(::config_sdk),
    };
    let block = Block::read(input, attrs, &root, &mut errors);
    if let Some(block) = &block {
        check::check(block, &mut errors);
    }
    match (errors.into_compile_errors(), block) {
        (None, Some(block)) => expand::expand(&block),
        (mistakes, _) => {
            let stand_in = fallback::expand(input, &root);
            quote::quote!(#mistakes #stand_in)
        }
    }
}

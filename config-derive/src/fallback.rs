//! A stand-in beside the mistakes, so that code that uses the struct does not add errors of its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Path, Type};

use crate::key::{self, Part};

/// Implementations that compile whatever the struct looks like, and are never run.
///
/// Of a keyed and resident block in any case: the mistake may be in the word that makes it one.
pub(crate) fn expand(input: &DeriveInput, key: &[Part], root: &Path) -> TokenStream {
    let ident = &input.ident;
    let (parameters, arguments, conditions) = input.generics.split_for_impl();
    let conditions = conditions.map(|conditions| &conditions.predicates);
    // A condition on a type without parameters would be an error by itself.
    let contract = (!input.generics.params.is_empty())
        .then(|| quote!(Self: ::core::marker::Send + ::core::marker::Sync + 'static,));
    let conditions = quote!(where #contract #conditions);
    let mut key: Vec<Type> = key.iter().map(|part| part.ty.clone()).collect();
    if key.is_empty() {
        key.push(key::stand_in());
    }
    quote! {
        #[automatically_derived]
        impl #parameters #root::ConfigBlock for #ident #arguments #conditions {
            fn schema() -> &'static #root::private::BlockSchema {
                ::core::unreachable!()
            }

            fn slot() -> &'static #root::private::Slot {
                ::core::unreachable!()
            }

            fn decode(_: &mut #root::private::Decoder<'_>) -> Self {
                ::core::unreachable!()
            }

            fn encode_field(&self, _: ::core::primitive::usize) -> ::core::option::Option<#root::private::Value> {
                ::core::unreachable!()
            }
        }

        #[automatically_derived]
        impl #parameters ::core::default::Default for #ident #arguments #conditions {
            fn default() -> Self {
                ::core::unreachable!()
            }
        }

        #[automatically_derived]
        impl #parameters #root::KeyedBlock for #ident #arguments #conditions {
            type Key = (#(#key,)*);
        }

        #[automatically_derived]
        impl #parameters #root::ResidentBlock for #ident #arguments #conditions {}
    }
}

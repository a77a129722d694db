//! The implementations: calls into the runtime crate, and nothing that it could do itself.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::constant::{Bounds, Constant};
use crate::model::{Block, Field};

/// `ConfigBlock` and `Default` of `block`, of which no mistake is known.
pub(crate) fn expand(block: &Block<'_>) -> TokenStream {
    let Block { ident, root, .. } = block;
    let private = quote!(#root::private);
    let schema = schema(block, &private);
    let decode = decode(block, &private);
    let encode = encode(block, &private);
    let rules = rules(block, &private);
    let (keyed, quiet) = (keyed(block), quiet());
    quote! {
        #[automatically_derived]
        #quiet
        impl #root::ConfigBlock for #ident {
            fn schema() -> &'static #private::BlockSchema {
                static SCHEMA: #private::OnceLock<#private::BlockSchema> = #private::OnceLock::new();
                #private::schema(&SCHEMA, || #schema)
            }

            fn slot() -> &'static #private::Slot {
                static SLOT: #private::Slot = #private::Slot::new();
                &SLOT
            }

            #decode
            #encode
            #rules
        }

        #[automatically_derived]
        #quiet
        impl ::core::default::Default for #ident {
            fn default() -> Self {
                <Self as #root::ConfigBlock>::decode(&mut #private::Decoder::empty())
            }
        }

        #keyed
    }
}

fn schema(block: &Block<'_>, private: &TokenStream) -> TokenStream {
    let type_name = block.ident.to_string();
    let (name, doc) = (&block.name.text, &block.doc);
    let table = option(block.table.as_ref());
    let keys = block.key.iter().map(|part| {
        let (ty, column) = (&part.ty, part.column());
        quote!(.key::<#ty>(#column))
    });
    let resident = block.resident.as_ref().map(|_| quote!(.resident()));
    let adopt = block.adopt.then(|| quote!(.adopt()));
    let fields = block.fields.iter().map(|field| field_schema(field, private));
    let ttl = duration("ttl", block.ttl, private);
    let max_stale = duration("max_stale", block.max_stale, private);
    let on_boot = block.on_boot.as_ref().map(|given| &given.value);
    let on_boot = on_boot.map(|variant| quote!(.on_boot(#private::OnBoot::#variant)));
    let on_stale = block.on_stale.as_ref().map(|given| &given.value);
    let on_stale = on_stale.map(|variant| quote!(.on_stale(#private::OnStale::#variant)));
    let retired = &block.retired;
    quote! {
        #private::block(#type_name, #name, #table, #doc)
            #(#keys)*
            #resident
            #adopt
            #(.field(#fields))*
            #ttl
            #on_boot
            #max_stale
            #on_stale
            #(.retired(#retired))*
            .build()
    }
}

fn field_schema(field: &Field<'_>, private: &TokenStream) -> TokenStream {
    let (name, doc, whole) = (&field.name, &field.doc, field.shape.whole);
    let codec = codec(field, private);
    let column = field.column.given.then(|| {
        let column = &field.column.text;
        quote!(.column(#column))
    });
    let range = field.range.as_ref().map(|range| {
        let open = range.open;
        let [min, max] = [&range.min, &range.max].map(|bound| {
            let bound = bound.as_ref();
            option(bound.map(|bound| untyped("bound", bound, field, private)))
        });
        quote!(.range(#min, #max, #open))
    });
    let clamp = field.clamp.as_ref().map(|_| quote!(.clamp()));
    let length = field.length.as_ref().map(length);
    let one_of = field.one_of.as_ref().map(|(_, values)| {
        let values = values.iter().map(|value| untyped("value", value, field, private));
        quote!(.one_of(::std::vec![#(#values),*]))
    });
    let secret = field.secret.then(|| quote!(.secret()));
    let restart = field.restart.as_ref().map(|_| quote!(.restart()));
    quote! {
        #private::field::<#codec, #whole>(#name, #doc)
            #column #range #clamp #length #one_of #secret #restart
    }
}

/// What lints must not say of generated code: that what the user marked is used, and that paths are long.
///
/// Not `expect`: whether they would say so depends on the user's struct and lints.
fn quiet() -> TokenStream {
    quote! {
        #[allow(deprecated, unused_qualifications, reason = "it depends on the struct that this is made of")]
    }
}

/// `KeyedBlock` and `ResidentBlock`, where the block is one.
fn keyed(block: &Block<'_>) -> Option<TokenStream> {
    let Block { ident, root, .. } = block;
    let types = block.key.iter().map(|part| &part.ty);
    let quiet = quiet();
    let resident = block.resident.as_ref().map(|_| {
        quote! {
            #[automatically_derived]
            #quiet
            impl #root::ResidentBlock for #ident {}
        }
    });
    (!block.key.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            #quiet
            impl #root::KeyedBlock for #ident {
                type Key = (#(#types,)*);
            }

            #resident
        }
    })
}

fn decode(block: &Block<'_>, private: &TokenStream) -> TokenStream {
    // A name that no default expression can see or shadow.
    let decoder = if block.fields.is_empty() {
        quote!(_)
    } else {
        quote_spanned!(Span::mixed_site()=> decoder)
    };
    let fields = block.fields.iter().enumerate().map(|(index, field)| {
        let (ident, whole) = (field.ident, field.shape.whole);
        let (codec, default) = (codec(field, private), default(field, block));
        quote! {
            #ident: #private::Decoder::field::<#codec, #whole>(#decoder, #index, || #default)
        }
    });
    quote! {
        fn decode(#decoder: &mut #private::Decoder<'_>) -> Self {
            Self { #(#fields),* }
        }
    }
}

fn encode(block: &Block<'_>, private: &TokenStream) -> TokenStream {
    let fields = block.fields.iter().enumerate().map(|(place, field)| {
        let (ident, whole, codec) = (field.ident, field.shape.whole, codec(field, private));
        let value = quote!(<#codec as #private::Codec<#whole>>::encode(&self.#ident));
        quote!(#place => ::core::option::Option::Some(#value))
    });
    quote! {
        fn encode_field(&self, place: ::core::primitive::usize) -> ::core::option::Option<#private::Value> {
            match place {
                #(#fields,)*
                _ => ::core::option::Option::None,
            }
        }
    }
}

fn rules(block: &Block<'_>, private: &TokenStream) -> Option<TokenStream> {
    let check = block.check.as_ref().map(ToTokens::to_token_stream);
    let validate = block.validate.as_ref();
    let validate = validate.map(|word| located(quote!(#private::validate), word.span()));
    let rules: Vec<_> = check.into_iter().chain(validate).collect();
    let root = block.root;
    (!rules.is_empty()).then(|| {
        quote! {
            fn rules(&self) -> ::core::result::Result<(), #root::Faults> {
                #private::rules(self, &[#(#rules),*])
            }
        }
    })
}

/// How the field's type meets its column.
fn codec(field: &Field<'_>, private: &TokenStream) -> TokenStream {
    let core = core_codec(field, private);
    let sealed = if field.shape.sealed { quote!(#private::Sealed<#core>) } else { core };
    if field.shape.optional { quote!(#private::Nullable<#sealed>) } else { sealed }
}

/// The same without what is around the type. Located at the type, where its mistakes are shown.
fn core_codec(field: &Field<'_>, private: &TokenStream) -> TokenStream {
    let name = match (&field.text, &field.json) {
        (Some(_), _) => "Text",
        (_, Some(_)) => "Json",
        _ => "Plain",
    };
    let name = syn::Ident::new(name, Span::call_site());
    located(quote!(#private::#name), field.shape.core.span())
}

/// A constant of the field's innermost type as a value without type, by the function `via`.
fn untyped(
    via: &str,
    constant: &Constant,
    field: &Field<'_>,
    private: &TokenStream,
) -> TokenStream {
    let via = syn::Ident::new(via, Span::call_site());
    let (codec, core, typed) = (core_codec(field, private), field.shape.core, &constant.typed);
    quote!(#private::#via::<#codec, #core>(#typed))
}

/// The default as an expression of the field's whole type.
fn default(field: &Field<'_>, block: &Block<'_>) -> TokenStream {
    let Some(default) = &field.default else {
        return quote!(::core::option::Option::None);
    };
    let (mut typed, root) = (default.typed.clone(), block.root);
    if default.is_literal && field.shape.sealed {
        typed = quote!(#root::Secret::new(#typed));
    }
    if default.is_literal && field.shape.optional {
        typed = quote!(::core::option::Option::Some(#typed));
    }
    typed
}

/// `length` with both ends included, whatever it is written as.
fn length(bounds: &Bounds) -> TokenStream {
    let typed = |bound: &Option<Constant>| bound.as_ref().map(|bound| bound.typed.clone());
    let min = typed(&bounds.min).unwrap_or_else(|| quote!(0));
    let max = match typed(&bounds.max) {
        Some(max) if bounds.open => quote!(::core::primitive::usize::saturating_sub(#max, 1)),
        Some(max) => max,
        None => quote!(::core::primitive::usize::MAX),
    };
    quote!(.length(#min, #max))
}

/// `path` as generated code that is shown at `place` where it does not compile.
fn located(path: TokenStream, place: Span) -> TokenStream {
    let moved = path.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(place));
        token
    });
    moved.collect()
}

fn duration(method: &str, given: Option<Duration>, private: &TokenStream) -> Option<TokenStream> {
    let method = syn::Ident::new(method, Span::call_site());
    given.map(|given| {
        let (seconds, nanos) = (given.as_secs(), given.subsec_nanos());
        quote!(.#method(#private::Duration::new(#seconds, #nanos)))
    })
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    if let Some(value) = value {
        quote!(::core::option::Option::Some(#value))
    } else {
        quote!(::core::option::Option::None)
    }
}

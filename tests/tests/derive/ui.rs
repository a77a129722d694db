//! What compiles, and what the compiler says of what does not.

#[test]
fn a_block_compiles_wherever_a_struct_does_and_a_mistake_is_shown_at_its_token() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/derive/ui/pass/*.rs");
    cases.compile_fail("tests/derive/ui/fail/*.rs");
}

//! The one way in which reading can fail.

use crate::block::ConfigBlock;

/// Reading a block that nobody registered is a mistake in the program, not in its data.
#[cold]
#[inline(never)]
pub(super) fn unregistered<T: ConfigBlock>() -> ! {
    let name = std::any::type_name::<T>();
    let short = T::schema().type_name;
    panic!("{name} is not registered: add `.block::<{short}>()` to Config::builder()")
}

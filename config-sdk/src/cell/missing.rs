//! The one way in which reading can fail.

use crate::block::ConfigBlock;

/// Reading a block that nobody registered is a mistake in the program, not in its data.
#[cold]
#[inline(never)]
pub(super) fn unregistered<T: ConfigBlock>() -> ! {
    tell(std::any::type_name::<T>(), T::schema().type_name)
}

fn tell(name: &str, short: &str) -> ! {
    panic!("{name} is not registered: add `.block::<{short}>()` to Config::builder()")
}

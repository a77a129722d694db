//! Names that SQL would want in quotes, or would cut off.
#![expect(non_snake_case, reason = "SQL's trouble with it is what is shown")]

use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(name = "Trading", table = "public.trading.config")]
struct Trading {
    #[config(default = 5)]
    maxPositions: u32,
    #[config(default = 5, column = "max orders")]
    orders: u32,
}

#[derive(ConfigBlock)]
#[config(name = "a_name_that_leaves_no_room_in_sixty_three_letters_for_more")]
struct Long {}

#[derive(ConfigBlock)]
struct Größe {}

fn main() {}

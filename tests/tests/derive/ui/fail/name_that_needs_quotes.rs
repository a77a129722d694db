//! Names that SQL would want in quotes, or would cut off.
#![allow(non_snake_case)]

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

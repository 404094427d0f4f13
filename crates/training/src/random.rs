//! Seeded randomness: each use has a stream of its own, so that the order in which threads work
//! never changes a number.

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

/// The generator of stream `stream` under `seed`.
pub fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(stream);
    generator
}

/// `items` in random order.
pub fn shuffle<T>(items: &mut [T], generator: &mut impl Rng) {
    items.shuffle(generator);
}

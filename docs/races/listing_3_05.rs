//! Listing 3.5 as it stands in the book, which the compiler refuses.

use std::collections::HashMap;
use std::thread;

fn main() {
    let mut words: HashMap<String, u64> = HashMap::new();
    thread::scope(|scope| {
        for text in ["to be or", "not to be"] {
            scope.spawn(|| {
                for word in text.split_whitespace() {
                    *words.entry(word.to_lowercase()).or_default() += 1;
                }
            });
        }
    });
}
